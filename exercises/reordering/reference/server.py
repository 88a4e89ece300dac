"""server.py PORT: print the lines that come, until the client has closed."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))  # "" means every address of this host
    server.listen()
    conn, address = server.accept()
    with conn:
        # Whatever happened on the way: recv returns each byte once, in the order in which it was sent.
        while data := conn.recv(1024):
            print(data.decode(), end="")
