"""sender.py HOST PORT SIZE...: send a datagram of each size, and print whether it could be sent."""

import socket
import sys

host, port, sizes = sys.argv[1], int(sys.argv[2]), map(int, sys.argv[3:])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    for size in sizes:
        data = b"x" * size
        for start in range(0, size, 1472):
            sender.sendto(data[start : start + 1472], (host, port))
        print(size, "sent")
