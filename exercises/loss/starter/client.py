"""client.py HOST PORT MESSAGE...: send each message when the one before is answered, print the answers."""

import socket
import sys

host, port, messages = sys.argv[1], int(sys.argv[2]), sys.argv[3:]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    # TODO 1: connect to the server
    # TODO 2: for each message: send it with a newline behind it, wait for the answer, print the answer
    raise SystemExit("client.py: not written yet")
