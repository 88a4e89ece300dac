"""server.py PORT: serve two clients, each to its end, one after the other."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    for number in (1, 2):
        conn, address = server.accept()
        with conn:
            data = conn.recv(1024)
            print(number, data.decode(), end="")
            conn.sendall(data)
