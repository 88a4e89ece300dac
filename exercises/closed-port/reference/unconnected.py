"""unconnected.py HOST PORT: send a datagram from a socket that is not connected, and wait for an answer."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unconnected:
    unconnected.sendto(b"ping", (host, port))
    data, address = unconnected.recvfrom(1024)  # an answer may come from anywhere; an error never comes
    print("answered:", data.decode())
