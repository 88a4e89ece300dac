"""server.py PORT: accept two connections on one socket; print the version of IP that each uses, and its word."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as server:
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server.bind(("::", port))
    server.listen()
    for _ in range(2):
        conn, address = server.accept()
        with conn:
            word = b""
            while data := conn.recv(1024):
                word += data
        print(address[0], word.decode())
