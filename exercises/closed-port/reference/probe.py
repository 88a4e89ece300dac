"""probe.py HOST PORT: ask a UDP port, and print what it answers or that nobody is there."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    probe.connect((host, port))  # sends nothing; from now on errors from there reach this socket
    probe.send(b"ping")  # succeeds, whether somebody is there or not
    try:
        print("answered:", probe.recv(1024).decode())
    except ConnectionRefusedError:
        print("refused")
