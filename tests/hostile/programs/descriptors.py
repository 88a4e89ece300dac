"""Opens 1,000 sockets and keeps them.

outcome: pass
says: ["limit hit: client: open_files"]
undefended: {open_files: 2000}
"""

import socket
import sys

kept = []
try:
    while len(kept) < 1_000:
        kept.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    print("HARM")
except OSError as error:
    print("stopped at", len(kept), error)
for one in kept:
    one.close()
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
