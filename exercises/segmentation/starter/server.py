"""server.py PORT FULL: send one client FULL whole segments and a byte, with one send."""

import socket
import sys

port, full = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        # TODO 1: ask for the maximum segment size and print it
        # TODO 2: with one send, send what fills FULL segments and leaves one byte over
        raise SystemExit("server.py: not written yet")
