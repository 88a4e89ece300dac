"""client.py HOST PORT NAME: send NAME, print the answer."""

import socket
import sys

host, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))  # returns when the kernels have shaken hands, whatever the server program does
    client.sendall(name.encode())
    answer = b""
    while data := client.recv(1024):  # an empty recv means: the server has closed
        answer += data

print(answer.decode())
