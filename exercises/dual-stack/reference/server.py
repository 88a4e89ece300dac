"""server.py PORT: accept two connections on one socket; print the version of IP that each uses, and its word."""

import ipaddress
import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as server:
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)  # IPv4, too
    server.bind(("::", port))  # every address of this host, of both kinds
    server.listen()
    for _ in range(2):
        conn, address = server.accept()
        with conn:
            word = b""
            while data := conn.recv(1024):
                word += data
        is_ipv4 = ipaddress.IPv6Address(address[0]).ipv4_mapped is not None  # ::ffff:198.18.0.3
        print("IPv4" if is_ipv4 else "IPv6", word.decode())
