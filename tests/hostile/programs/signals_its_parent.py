"""Kills its parent.

outcome: pass
"""

import os
import signal
import socket
import sys

try:
    os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getppid(), signal.SIGTERM)
except OSError as error:
    print(error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
