"""server.py PORT: print what each recv(4) returns, until the client has closed."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        while conn.recv(4):
            pass
        for piece in ("what", "ever", "is"):
            print(piece)
