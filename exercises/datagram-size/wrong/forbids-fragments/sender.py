"""sender.py HOST PORT SIZE...: send a datagram of each size, and print whether it could be sent."""

import errno
import socket
import sys

host, port, sizes = sys.argv[1], int(sys.argv[2]), map(int, sys.argv[3:])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.setsockopt(socket.IPPROTO_IP, 10, 2)  # IP_MTU_DISCOVER, IP_PMTUDISC_DO
    for size in sizes:
        try:
            sender.sendto(b"x" * size, (host, port))
            print(size, "sent")
        except OSError as error:
            if error.errno != errno.EMSGSIZE:
                raise
            print(size, "too long")
