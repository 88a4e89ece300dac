"""server.py PORT: send every client back what it sends, all of them at a time. Here: a thread for each."""

import socket
import sys
import threading

port = int(sys.argv[1])


def serve(conn):
    with conn:
        while data := conn.recv(1024):  # only this thread waits here
            conn.sendall(data)


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    while True:
        conn, address = server.accept()
        threading.Thread(target=serve, args=(conn,), daemon=True).start()  # and back to accept
