"""server.py PORT: print the lines that come, until the client has closed."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        for _ in range(4):
            line = b""
            while not line.endswith(b"\n"):
                line += conn.recv(1)
            print(line.decode(), end="")
