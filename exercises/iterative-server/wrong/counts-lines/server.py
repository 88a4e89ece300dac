"""server.py PORT: serve two clients, each to its end, one after the other."""

import socket
import sys

port = int(sys.argv[1])
number = 0

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    for _ in range(2):
        conn, address = server.accept()
        with conn:
            while data := conn.recv(1024):
                number += 1
                print(number, data.decode(), end="")
                conn.sendall(data)
