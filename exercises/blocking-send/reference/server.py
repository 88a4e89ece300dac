"""server.py PORT: print the first line, and how many more like it came."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    received = b""
    with conn:
        while data := conn.recv(65536):
            received += data

first, *others = received.decode().splitlines()
print("first:", first)
print("then:", others.count(first))
