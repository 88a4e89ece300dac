"""client.py HOST PORT WORD WORD: send the words, a line each; say that this was all; print the answer."""

import socket
import sys

host, port, words = sys.argv[1], int(sys.argv[2]), sys.argv[3:]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    # TODO 1: send each word with a newline behind it
    # TODO 2: tell the server that this was all, and go on listening
    # TODO 3: receive the answer until its end, and print it
    raise SystemExit("client.py: not written yet")
