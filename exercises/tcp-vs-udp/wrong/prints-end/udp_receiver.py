"""udp_receiver.py PORT: print each datagram, until one says `end`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    while True:
        data, address = receiver.recvfrom(1024)
        print(data.decode())
        if data == b"end":
            break
