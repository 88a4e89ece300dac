"""server.py PORT: print the lines that come, until the client has closed."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("127.0.0.1", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        while data := conn.recv(1024):
            print(data.decode(), end="")
