"""server.py PORT MESSAGE: accept one client, send it MESSAGE, close."""

import socket
import sys

port, message = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    # TODO 1: bind to PORT on every address of this host
    # TODO 2: listen
    # TODO 3: accept one connection
    # TODO 4: send MESSAGE (encoded as bytes), then close the connection
    raise SystemExit("server.py: not written yet")
