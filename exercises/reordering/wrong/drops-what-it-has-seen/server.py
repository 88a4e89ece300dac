"""server.py PORT: print the lines that come, until the client has closed."""

import socket
import sys

port = int(sys.argv[1])
seen = set()

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        while data := conn.recv(1024):
            for line in data.decode().splitlines():
                if line not in seen:
                    seen.add(line)
                    print(line)
