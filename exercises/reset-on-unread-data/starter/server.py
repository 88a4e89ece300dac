"""server.py PORT ANSWER: answer a request without waiting for its end, close in peace, print how long it was."""

import socket
import sys

port, answer = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    # TODO 1: bind to PORT on every address of this host, and listen
    # TODO 2: accept one connection, and receive at most 100 bytes
    # TODO 3: send ANSWER, and tell the client that the answer is whole
    # TODO 4: see to it that closing the connection sends no RST
    # TODO 5: print how many bytes were received, all together
    raise SystemExit("server.py: not written yet")
