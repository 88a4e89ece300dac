"""client.py HOST PORT LETTERS NODELAY: send each letter by itself, print the answer."""

import socket
import sys

host, port, letters = sys.argv[1], int(sys.argv[2]), sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    for letter in letters:
        client.sendall(letter.encode())
    print(client.recv(1024).decode())
