"""probe.py HOST PORT: ask a UDP port, and print what it answers or that nobody is there."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    # TODO 1: send the datagram b"ping" to the port, so that an error that comes back reaches this socket
    # TODO 2: receive; print "answered: " and the answer, or "refused" where nobody has bound the port
    raise SystemExit("probe.py: not written yet")
