"""server.py PORT WORD: answer each datagram by WORD."""

import socket
import sys

port, word = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
    server.bind(("", port))
    while True:
        data, address = server.recvfrom(1024)
        server.sendto(word.encode(), address)
