"""server.py PORT: serve two clients, each to its end, one after the other."""

import socket
import sys
import threading

port = int(sys.argv[1])


def serve(number, conn):
    with conn:
        while data := conn.recv(1024):
            print(number, data.decode(), end="")
            conn.sendall(data)


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    for number in (1, 2):
        conn, address = server.accept()
        threading.Thread(target=serve, args=(number, conn)).start()
