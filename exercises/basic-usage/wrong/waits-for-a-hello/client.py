"""client.py HOST PORT: print everything that the server sends."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    client.sendall(b"hello")
    received = b""
    while data := client.recv(1024):
        received += data

print(received.decode())
