"""udp_receiver.py PORT: print each datagram, until one says `end`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))  # no listen, no accept: whatever is sent to the port is received here
    while True:
        data, address = receiver.recvfrom(1024)  # one datagram; what does not fit into 1024 bytes is cut off
        if data == b"end":
            break
        print(data.decode())
