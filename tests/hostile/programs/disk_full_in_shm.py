"""Writes files of /dev/shm until it has written 100 MB.

outcome: pass
says: ["limit hit: client: disk_bytes"]
undefended: {disk_bytes: 200000000}
"""

import socket
import sys

written = 0
try:
    for number in range(10):
        with open(f"/dev/shm/{number}", "wb", buffering=0) as file:
            for _ in range(10):
                written += file.write(b"x" * 1_000_000)
    print("HARM" if written == 100_000_000 else "stopped at", written)
except OSError as error:
    print("stopped at", written, error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
