"""Fills the error output with NUL and invalid UTF-8.

outcome: pass
says: ["limit hit: client: output_bytes"]
"""

import os
import socket
import sys

for _ in range(64):
    os.write(2, b"\0\xff\xfe\xc3\x28" * 10_000)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
