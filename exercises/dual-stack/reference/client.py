"""client.py HOST PORT VERSION WORD: connect over IPv4 or IPv6 (VERSION is 4 or 6), and send WORD."""

import socket
import sys

host, port, version, word = sys.argv[1:]
family = socket.AF_INET if version == "4" else socket.AF_INET6
address = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)[0][4]

with socket.socket(family, socket.SOCK_STREAM) as client:
    client.connect(address)
    client.sendall(word.encode())
