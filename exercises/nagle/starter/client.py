"""client.py HOST PORT LETTERS NODELAY: send each letter by itself, print the answer."""

import socket
import sys

host, port, letters, nodelay = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    # TODO 1: set TCP_NODELAY if NODELAY is 1
    client.connect((host, port))
    # TODO 2: send each letter with a send of its own
    # TODO 3: receive the answer and print it
    raise SystemExit("client.py: not written yet")
