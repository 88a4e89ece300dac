"""client.py HOST PORT WORD: send WORD."""

import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
