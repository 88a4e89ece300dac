"""server.py PORT MESSAGE: accept one client, send it MESSAGE, close."""

import socket
import sys

port, message = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        if conn.recv(1024) == b"hello":
            conn.sendall(message.encode())
