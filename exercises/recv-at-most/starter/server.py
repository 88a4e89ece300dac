"""server.py PORT: print what each recv(4) returns, until the client has closed."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    # TODO 1: bind to PORT on every address of this host, listen, accept one connection
    # TODO 2: call recv(4) until it returns b''; print what each call returned on a line of its own
    # TODO 3: close the connection
    raise SystemExit("server.py: not written yet")
