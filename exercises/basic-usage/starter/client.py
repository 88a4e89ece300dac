"""client.py HOST PORT: print everything that the server sends."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    # TODO 1: connect to the server
    # TODO 2: receive until recv returns b''
    # TODO 3: decode what was received and print it on one line
    raise SystemExit("client.py: not written yet")
