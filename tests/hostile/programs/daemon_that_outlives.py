"""Leaves a process of a session of its own behind, which closes all that it has.

outcome: pass
"""

import os
import socket
import sys
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 100)
        time.sleep(3600)
    os._exit(0)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
