"""Fills pipes with as many bytes as they take.

outcome: pass
"""

import os
import socket
import sys

pipes = []
try:
    while True:
        pipes.append(os.pipe())
        os.set_blocking(pipes[-1][1], False)
        os.write(pipes[-1][1], b"x" * 65536)
except OSError as error:
    print("stopped at", len(pipes), error)
for ends in pipes:
    for fd in ends:
        os.close(fd)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
