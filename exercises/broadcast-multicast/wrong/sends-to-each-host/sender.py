"""sender.py PORT GROUP WORD: send a datagram to all, one to the members of GROUP, and `end` to all."""

import socket
import sys

port, group, word = int(sys.argv[1]), sys.argv[2], sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    for host in ("member", "other"):
        sender.sendto(f"{word}-all".encode(), (host, port))
    sender.sendto(f"{word}-group".encode(), (group, port))
    for host in ("member", "other"):
        sender.sendto(b"end", (host, port))
