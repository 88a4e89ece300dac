"""server.py PORT COUNT: receive all that each of COUNT clients says, answer if it is a question, and close."""

import socket
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    for _ in range(count):
        conn, address = server.accept()
        with conn:  # closes it as soon as all is said
            said = b""
            while data := conn.recv(1024):
                said += data
            if said.endswith(b"?"):
                conn.sendall(said[:-1] + b"!")
