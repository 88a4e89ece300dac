"""server.py PORT: send every client back what it sends, all of them at a time."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    for lines in ("hello\nagain\n", "meanwhile\n", "later\n"):
        conn, address = server.accept()
        with conn:
            print(lines, end="")
            conn.sendall(lines.encode())
