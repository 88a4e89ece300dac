"""client.py HOST PORT NAME: send NAME, then wait in silence for the server to close."""

import socket
import sys

host, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    client.sendall(name.encode())
    client.recv(1024)
