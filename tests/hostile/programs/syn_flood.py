"""Opens connections without end, to ports where nobody listens and to the server's.

outcome: fail
limits: {wall_s: 20}
"""

import socket
import sys
import time

kept, end = [], time.monotonic() + 2
while time.monotonic() < end:
    for port in (int(sys.argv[2]), 9, 10, 11):
        try:
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex((sys.argv[1], port))
            kept.append(one)
        except OSError:
            kept.clear()
