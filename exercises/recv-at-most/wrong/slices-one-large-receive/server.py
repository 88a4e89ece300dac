"""server.py PORT: print what each recv(4) returns, until the client has closed."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        while data := conn.recv(1024):
            for start in range(0, len(data), 4):
                print(data[start : start + 4].decode())
