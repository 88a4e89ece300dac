"""client.py HOST PORT: print what the server says until it closes."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    while data := client.recv(1024):
        print(data.decode())
