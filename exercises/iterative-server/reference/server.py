"""server.py PORT: serve two clients, each to its end, one after the other."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))  # "" means every address of this host
    server.listen()
    for number in (1, 2):
        conn, address = server.accept()
        with conn:
            # Until this client closes, nobody else is served: the others wait in the queue.
            while data := conn.recv(1024):
                print(number, data.decode(), end="")
                conn.sendall(data)
