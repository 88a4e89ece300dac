"""receiver.py PORT: print the first 16 bytes of each datagram and whether it was cut, until one says `end`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    while True:
        data, _, flags, address = receiver.recvmsg(16)
        if data == b"end":
            break
        cut = " (cut)" if flags & socket.MSG_PEEK else ""
        print(data.decode() + cut)
