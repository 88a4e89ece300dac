"""Opens 200 listening sockets, one after the other, while their table is watched.

outcome: pass
"""

import socket
import sys

kept = [socket.create_server(("", 0)) for _ in range(200)]
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
