"""server.py PORT: send every client back what it sends, all of them at a time."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen(5)
    while True:
        conn, address = server.accept()
        with conn:
            while data := conn.recv(1024):
                conn.sendall(data)
