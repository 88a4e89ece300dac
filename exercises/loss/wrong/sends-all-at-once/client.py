"""client.py HOST PORT MESSAGE...: send each message when the one before is answered, print the answers."""

import socket
import sys

host, port, messages = sys.argv[1], int(sys.argv[2]), sys.argv[3:]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    client.sendall("".join(f"{message}\n" for message in messages).encode())
    client.shutdown(socket.SHUT_WR)
    while data := client.recv(1024):
        print(data.decode(), end="")
