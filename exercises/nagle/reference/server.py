"""server.py PORT: wait until a client has sent five bytes, send them back. Two clients, at a time."""

import socket
import sys
import threading

port = int(sys.argv[1])


def serve(conn):
    with conn:
        letters = b""
        while len(letters) < 5 and (data := conn.recv(1024)):
            letters += data
        conn.sendall(letters)


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    for _ in range(2):
        conn, address = server.accept()
        threading.Thread(target=serve, args=(conn,)).start()
