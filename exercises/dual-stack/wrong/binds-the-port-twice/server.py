"""server.py PORT: accept two connections on one socket; print the version of IP that each uses, and its word."""

import socket
import sys

port = int(sys.argv[1])

with (
    socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as server6,
    socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server4,
):
    server6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server6.bind(("::", port))
    server4.bind(("", port))
    server6.listen()
    server4.listen()
    for server, version in ((server4, "IPv4"), (server6, "IPv6")):
        conn, address = server.accept()
        with conn:
            print(version, conn.recv(1024).decode())
