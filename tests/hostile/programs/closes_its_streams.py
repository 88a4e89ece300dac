"""Closes input, output and error output.

outcome: pass
"""

import os
import socket
import sys

for fd in (0, 1, 2):
    os.close(fd)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
