"""server.py PORT: print the lines that come, until the client has closed."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        print(conn.recv(1024).decode(), end="")
