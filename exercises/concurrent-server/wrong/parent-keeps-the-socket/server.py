"""server.py PORT: send every client back what it sends, all of them at a time."""

import os
import signal
import socket
import sys

port = int(sys.argv[1])
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
clients = []

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    while True:
        conn, address = server.accept()
        clients.append(conn)
        if os.fork() == 0:
            while data := conn.recv(1024):
                conn.sendall(data)
            conn.close()
            os._exit(0)
