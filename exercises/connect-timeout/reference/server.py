"""server.py PORT: accept whoever comes."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    while True:
        conn, address = server.accept()
        conn.close()
