"""server.py PORT MOST: listen on PORT + n with a backlog of n, for n from 0 to MOST, and never accept."""

import socket
import sys

port, most = int(sys.argv[1]), int(sys.argv[2])
listeners = []
for backlog in range(most + 1):
    listener = socket.socket()
    listener.bind(("", port + backlog))
    listener.listen(backlog)
    listeners.append(listener)

sys.stdin.read()  # until the timeline has looked
