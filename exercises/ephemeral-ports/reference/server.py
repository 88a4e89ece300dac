"""server.py PORT: accept one client, print its port, wait for its end."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, (address, client_port) = server.accept()
    with conn:
        print(f"client's port: {client_port}")
        while conn.recv(1024):
            pass
