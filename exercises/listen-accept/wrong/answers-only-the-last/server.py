"""server.py PORT BACKLOG: serve two clients, first come, first served."""

import socket
import sys

port, backlog = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen(backlog)
    for number in (1, 2):
        conn, address = server.accept()
        name = conn.recv(1024).decode()
        print(number, name)
    conn.sendall(str(number).encode())
