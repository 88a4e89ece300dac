"""server.py PORT NAME1 NAME2 NAME3: serve the clients of these names, which call connect in this order."""

import socket
import sys

port, names = int(sys.argv[1]), sys.argv[2:]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    for place in range(1, len(names) + 1):
        conn, address = server.accept()
        with conn:
            name = conn.recv(1024).decode()
            called = names.index(name) + 1
            print(place, name, called)
            conn.sendall(str(called).encode())
