"""server.py PORT: print what each recv returns, until the client has closed."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))  # "" means every address of this host
    server.listen()
    conn, address = server.accept()
    with conn:
        # recv returns what is queued now, at most 1024 bytes, however many sends it came from.
        while data := conn.recv(1024):  # an empty recv means: the client has closed
            print(data.decode())
