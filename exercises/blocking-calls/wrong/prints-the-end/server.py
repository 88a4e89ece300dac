"""server.py PORT: wait for a client, print what it sends, say what happens."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    print("waiting")
    conn, address = server.accept()
    print("connected")
    with conn:
        data = b"."
        while data:
            data = conn.recv(1024)
            print(data.decode())
    print("closed")
