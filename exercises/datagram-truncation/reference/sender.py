"""sender.py HOST PORT MESSAGE...: send each message as a datagram of its own."""

import socket
import sys

host, port, messages = sys.argv[1], int(sys.argv[2]), sys.argv[3:]

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    for message in messages:
        sender.sendto(message.encode(), (host, port))  # one call, one datagram
