"""server.py PORT: accept two connections on one socket; print the version of IP that each uses, and its word."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    for _ in range(2):
        conn, address = server.accept()
        with conn:
            word = b""
            while data := conn.recv(1024):
                word += data
        print("IPv6" if ":" in address[0] else "IPv4", word.decode())
