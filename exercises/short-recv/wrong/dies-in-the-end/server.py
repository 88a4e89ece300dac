"""server.py PORT: receive two records of 8 bytes, print each, answer `ok`."""

import socket
import sys

port = int(sys.argv[1])


def receive_exactly(conn, size):
    data = b""
    while len(data) < size:
        piece = conn.recv(size - len(data))
        if not piece:
            raise EOFError("the client has closed in the middle of a record")
        data += piece
    return data


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        for _ in range(2):
            print(receive_exactly(conn, 8).decode())
        conn.sendall(b"ok")
        conn.shutdown(socket.SHUT_WR)
        receive_exactly(conn, 8)
