"""server.py PORT: greet each client by its name. Four connections can wait."""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", int(sys.argv[1])))
    server.listen(3)  # Linux lets one more wait than listen asks for
    while True:
        conn, address = server.accept()
        with conn:
            if name := conn.recv(1024):
                conn.sendall(b"hello " + name)
