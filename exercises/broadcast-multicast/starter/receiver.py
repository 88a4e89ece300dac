"""receiver.py PORT GROUP: print each datagram, until one says `end`. GROUP is `none` for who joins no group."""

import socket
import sys

port, group = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    # TODO 1: bind to PORT on every address of this host
    # TODO 2: unless GROUP is "none", join the group (which option does that need?)
    # TODO 3: call recvfrom(1024) until a datagram is b"end"; print each other datagram at once, on a line of its own
    raise SystemExit("receiver.py: not written yet")
