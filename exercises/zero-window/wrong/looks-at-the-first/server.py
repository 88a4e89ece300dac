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
    head = first.recv(1)
    second, address = server.accept()
    for name, conn in (("second", second), ("first", first)):
        with conn:
            data = receive_all(conn)
            if conn is first:
                data = head + data
            lines = data.decode().splitlines()
        print(f"{name}: {len(lines)} times {lines[0]}")
