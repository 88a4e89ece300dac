"""server.py PORT: answer each message with its number and the message."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        number = 0
        while message := conn.recv(1024):  # the client waits for each answer, so messages come one by one
            number += 1
            conn.sendall(f"{number} ".encode() + message)
