"""receiver.py PORT: print the first 16 bytes of each datagram and whether it was cut, until one says `end`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    data = b""
    while data != b"end":
        data, address = receiver.recvfrom(16)
        if len(data) == 16:  # there must be more
            rest, address = receiver.recvfrom(1024)
            print(data.decode() + rest.decode())
        elif data != b"end":
            print(data.decode())
