"""server.py PORT: serve two clients, each to its end, one after the other."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn1, address = server.accept()
    while data := conn1.recv(1024):
        print(1, data.decode(), end="")
        conn1.sendall(data)
    conn1.close()
    conn2, address = server.accept()
    while data := conn2.recv(1024):
        print(2, data.decode(), end="")
        conn1.sendall(data)
    conn2.close()
