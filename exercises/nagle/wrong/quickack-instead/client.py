"""client.py HOST PORT LETTERS NODELAY: send each letter by itself, print the answer."""

import socket
import sys

host, port, letters, nodelay = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, nodelay)
    for letter in letters:
        client.sendall(letter.encode())
    print(client.recv(1024).decode())
