"""client.py HOST PORT: connect, and print how the connection ends."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    # TODO 1: connect; print "connected", or "refused"
    # TODO 2: wait in recv until the connection has ended; print "closed" or "reset"
    raise SystemExit("client.py: not written yet")
