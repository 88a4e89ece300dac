"""Prints a line of 200 MB.

outcome: pass
says: ["limit hit: client: output_bytes"]
undefended: {output_bytes: 8000000}
harm_bytes: 5000000
limits: {step_s: 8, wall_s: 12}
"""

import socket
import sys

for _ in range(200):
    print("x" * 1_000_000, end="")
print()
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
