"""client.py HOST PORT: print everything that the server sends."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))  # the three-way handshake
    received = b""
    while data := client.recv(1024):  # an empty recv means: the server has closed
        received += data

print(received.decode())
