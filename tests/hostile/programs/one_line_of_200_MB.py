"""Prints a line of 200 MB.

outcome: fail
says: ["limit hit: client: output_bytes:", "limit hit: client: output_bytes_per_s"]
undefended: {output_bytes: 8000000}
harm_bytes: 5000000
"""

import socket
import sys

for _ in range(200):
    print("x" * 1_000_000, end="")
print()
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
