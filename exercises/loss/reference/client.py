"""client.py HOST PORT MESSAGE...: send each message when the one before is answered, print the answers."""

import socket
import sys

host, port, messages = sys.argv[1], int(sys.argv[2]), sys.argv[3:]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    for message in messages:
        client.sendall(f"{message}\n".encode())  # the kernel keeps a copy until it is acknowledged
        print(client.recv(1024).decode(), end="")  # comes a little later if something was lost
