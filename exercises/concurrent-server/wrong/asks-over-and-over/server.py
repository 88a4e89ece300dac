"""server.py PORT: send every client back what it sends, all of them at a time."""

import socket
import sys
import time

port = int(sys.argv[1])
clients = []

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    server.setblocking(False)
    while True:
        try:
            conn, address = server.accept()
            conn.setblocking(False)
            clients.append(conn)
        except BlockingIOError:
            pass
        for conn in list(clients):
            try:
                data = conn.recv(1024)
            except BlockingIOError:
                continue
            if data:
                conn.sendall(data)
            else:
                clients.remove(conn)
                conn.close()
        time.sleep(0.002)
