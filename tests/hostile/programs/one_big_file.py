"""Writes one file of 50 MB, though 10 are allowed.

outcome: pass
says: ["limit hit: client: file_bytes"]
limits: {file_bytes: 10000000}
undefended: {file_bytes: 60000000}
"""

import socket
import sys

written = 0
try:
    with open("/work/big", "wb", buffering=0) as file:
        for _ in range(50):
            written += file.write(b"x" * 1_000_000)
    print("HARM" if written == 50_000_000 else "stopped at", written)
except OSError as error:
    print("stopped at", written, error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
