"""sender.py HOST PORT SIZE...: send a datagram of each size, and print whether it could be sent."""

import socket
import sys

host, port, sizes = sys.argv[1], int(sys.argv[2]), map(int, sys.argv[3:])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    # TODO 1: for each size, send one datagram of so many bytes, b"x" * size, and print e.g. "3000 sent"
    # TODO 2: where the kernel says EMSGSIZE, print "65508 too long" instead, and go on with the next size
    raise SystemExit("sender.py: not written yet")
