"""server.py PORT BACKLOG: serve two clients, first come, first served."""

import socket
import sys

port, backlog = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen(backlog)
    conn1, address1 = server.accept()
    conn2, address2 = server.accept()
    print(1, conn1.recv(1024).decode())
    print(2, conn2.recv(1024).decode())
    conn2.sendall(b"1")
    conn1.sendall(b"2")
    conn1.close()
    conn2.close()
