"""server.py PORT: accept one client, and do nothing more until a signal comes."""

import signal
import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", int(sys.argv[1])))
    server.listen()
    conn, address = server.accept()
    print("accepted", address)
    signal.pause()
