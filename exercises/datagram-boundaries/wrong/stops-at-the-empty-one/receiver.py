"""receiver.py PORT: print each datagram in brackets, until one says `end`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    while data := receiver.recv(1024):
        if data == b"end":
            break
        print(f"[{data.decode()}]")
