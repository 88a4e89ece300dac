"""client.py HOST PORT: print each message that the server sends, on a line of its own."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    # TODO 1: receive exactly 4 bytes: the length of a message, most significant byte first
    # TODO 2: receive exactly so many bytes, decode them, print the text
    # TODO 3: go on until the server has closed
    raise SystemExit("client.py: not written yet")
