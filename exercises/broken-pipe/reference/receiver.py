"""receiver.py PORT COUNT: from each of COUNT connections receive one line, print it, and close."""

import socket
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    for _ in range(count):
        conn, address = server.accept()
        with conn, conn.makefile() as lines:
            print(lines.readline(), end="")
