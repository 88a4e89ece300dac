"""Takes memory in steps of 10 MB until it has 400.

outcome: pass
undefended: {memory_bytes: 1000000000}
"""

import socket
import sys

pieces = []
try:
    while len(pieces) < 40:
        pieces.append(b"x" * 10_000_000)
    print("HARM")
except MemoryError:
    print("stopped at", len(pieces))
pieces.clear()
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
