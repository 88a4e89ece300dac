"""client.py HOST PORT: send the lines of the standard input, print the lines of the server; both at any time."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    # TODO 1: print each line of the server as soon as it comes, until the server has closed;
    # TODO 2: and meanwhile send each line of the standard input as soon as it comes
    # TODO 3: at the end of the input: shutdown(SHUT_WR), and go on with what the server sends
    raise SystemExit("client.py: not written yet")
