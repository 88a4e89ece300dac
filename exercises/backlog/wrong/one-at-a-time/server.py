"""server.py PORT PLACES: let PLACES connections wait; accept one more than that, and print what each of them sends."""

import socket
import sys

port, places = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen(1)
    conns = []
    for _ in range(places + 1):
        conn, address = server.accept()
        conns.append(conn)
    for conn in conns:
        print(conn.recv(1024).decode())
        conn.close()
