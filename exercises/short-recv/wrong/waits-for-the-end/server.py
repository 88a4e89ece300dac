"""server.py PORT: receive two records of 8 bytes, print each, answer `ok`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        data = b""
        while piece := conn.recv(1024):
            data += piece
        print(data[:8].decode())
        print(data[8:].decode())
        conn.sendall(b"ok")
