"""client.py HOST PORT MESSAGE...: send each message as a line in a segment of its own, then close."""

import socket
import sys

host, port, messages = sys.argv[1], int(sys.argv[2]), sys.argv[3:]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # do not wait, to put small sends together
    for message in messages:
        client.sendall(f"{message}\n".encode())
