"""client.py HOST PORT MESSAGE...: send each message with a send of its own, then close."""

import socket
import sys

host, port, messages = sys.argv[1], int(sys.argv[2]), sys.argv[3:]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    for message in messages:
        client.sendall(message.encode())  # returns once the kernel has taken the bytes, read or not
