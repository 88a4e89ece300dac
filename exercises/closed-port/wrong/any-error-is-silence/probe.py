"""probe.py HOST PORT: ask a UDP port, and print what it answers or that nobody is there."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    probe.connect((host, port))
    probe.send(b"ping")
    try:
        print("answered:", probe.recv(1024).decode())
    except OSError:
        print("no answer")
