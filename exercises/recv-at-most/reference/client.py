"""client.py HOST PORT MESSAGE: send MESSAGE with one send, then close."""

import socket
import sys

host, port, message = sys.argv[1], int(sys.argv[2]), sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    client.sendall(message.encode())
