"""server.py PORT: print the lines that come, until the client has closed."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    # TODO 1: bind to PORT on every address of this host, and listen
    # TODO 2: accept one connection
    # TODO 3: call recv(1024) until it returns b''; print the lines as they come
    raise SystemExit("server.py: not written yet")
