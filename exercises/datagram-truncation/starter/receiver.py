"""receiver.py PORT: print the first 16 bytes of each datagram and whether it was cut, until one says `end`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    # TODO 1: bind to PORT on every address of this host
    # TODO 2: receive each datagram with a buffer of 16 bytes, until one is b"end"
    # TODO 3: print what was received of it, and " (cut)" behind it where there was more
    raise SystemExit("receiver.py: not written yet")
