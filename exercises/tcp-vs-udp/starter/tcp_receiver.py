"""tcp_receiver.py PORT: print what each receive returns, until the sender has closed."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as receiver:
    # TODO 1: bind to PORT on every address of this host, listen, accept one connection
    # TODO 2: call recv(1024) until it returns b''; print what each call returned at once, on a line of its own
    raise SystemExit("tcp_receiver.py: not written yet")
