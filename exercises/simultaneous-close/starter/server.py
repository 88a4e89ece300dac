"""server.py PORT WORD: to one client, say WORD and goodbye, whatever it says; then print what it said."""

import socket
import sys

port, word = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    # TODO 1: bind to PORT on every address of this host, listen, and accept one connection
    # TODO 2: send WORD and end your direction, without waiting for the client
    # TODO 3: receive until the client has ended its own, and print what it said
    raise SystemExit("server.py: not written yet")
