"""Renames the host, sets the clock, and takes priority over all others.

outcome: pass
"""

import ctypes
import os
import socket
import sys
import time

for attempt in (
    lambda: socket.sethostname("mallory"),
    lambda: time.clock_settime(time.CLOCK_REALTIME, 0),
    lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)),
    lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
    lambda: os.nice(-5),
):
    try:
        attempt()
        print("HARM")
    except OSError as error:
        print(error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
