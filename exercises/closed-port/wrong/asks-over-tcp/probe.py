"""probe.py HOST PORT: ask a UDP port, and print what it answers or that nobody is there."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
    try:
        probe.connect((host, port))
        probe.sendall(b"ping")
        print("answered:", probe.recv(1024).decode())
    except ConnectionRefusedError:
        print("refused")
