"""sender.py PORT GROUP WORD: send a datagram to all, one to the members of GROUP, and `end` to all."""

import socket
import sys

port, group, word = int(sys.argv[1]), sys.argv[2], sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sender.sendto(f"{word}-all".encode(), ("255.255.255.255", port))
    for _ in range(2):
        sender.sendto(f"{word}-group".encode(), (group, port))
    sender.sendto(b"end", ("255.255.255.255", port))
