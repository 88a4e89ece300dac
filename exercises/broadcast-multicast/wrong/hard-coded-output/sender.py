"""sender.py HOST PORT GROUP WORD: send a datagram to all, one to the members of GROUP, and `end` to all."""

import socket
import sys

own, port, group, word = socket.gethostbyname(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.bind((own, 0))
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sender.sendto(f"{word}-all".encode(), ("255.255.255.255", port))
    sender.sendto(f"{word}-group".encode(), (group, port))
    sender.sendto(b"end", ("255.255.255.255", port))
