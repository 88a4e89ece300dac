"""client.py HOST PORT MOST: connect to PORT + n, one after the other, until no more are let in; for n from 0 to MOST.

A connection counts as not let in when its SYN has been sent again and that was not answered either. So whoever is
slow is waited for: each port's next attempt begins when the one before has succeeded.
"""

import selectors
import socket
import sys
import time

# RFC 6298 2: the first retransmission comes after 1 s. In this time there are two on any Linux.
PATIENCE_S = 3.5

host, port, most = socket.gethostbyname(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
waiting = selectors.DefaultSelector()
connected = []
began = {}


def attempt(backlog):
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex((host, port + backlog))  # EINPROGRESS
    began[backlog] = time.monotonic()
    waiting.register(client, selectors.EVENT_WRITE, backlog)


for number in range(most + 1):
    attempt(number)
while time.monotonic() < max(began.values()) + PATIENCE_S:
    for ready, _events in waiting.select(PATIENCE_S):
        waiting.unregister(ready.fileobj)
        connected.append(ready.fileobj)
        attempt(ready.data)

print(len(connected), "connected, no more")
