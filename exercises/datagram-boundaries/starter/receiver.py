"""receiver.py PORT: print each datagram in brackets, until one says `end`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    # TODO 1: bind to PORT on every address of this host
    # TODO 2: call recvfrom(1024) until a datagram is b"end"; print each other datagram in brackets, on a line of its own
    raise SystemExit("receiver.py: not written yet")
