"""server.py PORT: listen, wait for Enter, and only then accept a client and print its word."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    # TODO 1: listen on PORT
    # TODO 2: wait for Enter: input()
    # TODO 3: accept a connection, receive until the client has closed, print what you received
    raise SystemExit("server.py: not written yet")
