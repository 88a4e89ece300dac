"""server.py BOUND OPEN: bind a socket to BOUND, and listen on OPEN with another."""

import socket
import sys

bound, open_ = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as reserved, socket.socket() as server:
    reserved.bind(("", bound))  # the port is taken, but nobody listens on it
    server.bind(("", open_))
    server.listen()
    while True:
        conn, address = server.accept()
        conn.close()
