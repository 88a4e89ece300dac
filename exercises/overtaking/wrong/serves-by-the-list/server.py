"""server.py PORT NAME1 NAME2 NAME3: serve the clients of these names, which call connect in this order."""

import socket
import sys

port, names = int(sys.argv[1]), sys.argv[2:]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conns = {}
    for name in names:
        conn, address = server.accept()
        conns[conn.recv(1024).decode()] = conn
    for place, name in enumerate(names, 1):
        print(place, name, place)
        conns[name].sendall(str(place).encode())
        conns[name].close()
