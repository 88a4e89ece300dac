"""receiver.py PORT: print the length of each datagram, until one has a single byte."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    length = 0
    while length != 1:
        length = len(receiver.recv(65536))  # a buffer for the longest there is
        print(length, "received")
