"""receiver.py PORT: print each datagram in brackets, until one says `end`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    data, address = receiver.recvfrom(1024)
    for message in data.decode().removesuffix("end").split():
        print(f"[{message}]")
