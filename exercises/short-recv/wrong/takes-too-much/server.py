"""server.py PORT: receive two records of 8 bytes, print each, answer `ok`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        for _ in range(2):
            data = b""
            while len(data) < 8:
                data += conn.recv(8)
            print(data[:8].decode())
        conn.sendall(b"ok")
