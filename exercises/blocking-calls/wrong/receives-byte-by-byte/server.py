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
        text = b""
        while data := conn.recv(1):
            text += data
            if len(text) == 7:
                print(text.decode())
    print("closed")
