"""client.py HOST PORT MSS: take at most MSS bytes in a segment, print how many bytes come in all."""

import socket
import sys

host, port, mss = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, mss)  # goes out with the SYN
    client.connect((host, port))
    size = 0
    while data := client.recv(65536):
        size += len(data)

print(size)
