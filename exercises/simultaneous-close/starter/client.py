"""client.py HOST PORT WORD: say WORD and goodbye, whatever the server says; then print what it said."""

import socket
import sys

host, port, word = sys.argv[1], int(sys.argv[2]), sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    # TODO 1: send WORD and end your direction, without waiting for the server
    # TODO 2: receive until the server has ended its own, and print what it said
    raise SystemExit("client.py: not written yet")
