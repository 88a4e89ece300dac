"""Exits while its child still has the output and prints.

outcome: pass
"""

import os
import socket
import sys
import time

if os.fork() == 0:
    while True:
        print("still here", flush=True)
        time.sleep(0.01)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
