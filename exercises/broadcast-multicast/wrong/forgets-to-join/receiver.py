"""receiver.py PORT GROUP: print each datagram, until one says `end`. GROUP is `none` for who joins no group."""

import socket
import sys

port, group = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    while True:
        data, address = receiver.recvfrom(1024)
        if data == b"end":
            break
        print(data.decode())
