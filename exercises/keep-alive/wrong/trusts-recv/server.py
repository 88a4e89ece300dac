"""server.py PORT IDLE INTERVAL COUNT: print what comes, and `gone` if the client is no longer there."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        while data := conn.recv(1024):
            print(data.decode())
        print("gone")
