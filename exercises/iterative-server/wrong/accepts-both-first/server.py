"""server.py PORT: serve two clients, each to its end, one after the other."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    clients = [server.accept() for _ in range(2)]
    for number, (conn, address) in enumerate(clients, start=1):
        with conn:
            while data := conn.recv(1024):
                print(number, data.decode(), end="")
                conn.sendall(data)
