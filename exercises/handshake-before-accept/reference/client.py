"""client.py HOST PORT WORD: connect, send WORD, and leave without waiting for anybody."""

import socket
import sys

host, port, word = sys.argv[1], int(sys.argv[2]), sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))  # returns when the kernels have shaken hands
    print("connected")
    client.sendall(word.encode())
