"""receiver.py PORT: print each datagram in brackets, until one says `end`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    received = b""
    while not received.endswith(b"end"):
        data, address = receiver.recvfrom(4)
        received += data
    print(f"[{received.decode()}]")
