"""receiver.py PORT: as the reference, but once it knows the sender it takes datagrams of no other."""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", int(sys.argv[1])))
    data, sender = receiver.recvfrom(1024)
    receiver.connect(sender)
    while data != b"end":
        print(f"[{data.decode()}]")
        data = receiver.recv(1024)
