"""server.py PORT: listen, wait for Enter, and only then accept a client and print its word."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    input()
    conn, address = server.accept()
    with conn:
        word = b""
        while data := server.recv(1024):
            word += data

print(word.decode())
