"""receiver.py PORT GROUP: print each datagram, until one says `end`. GROUP is `none` for who joins no group."""

import socket
import sys

port, group = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    if group != "none":
        membership = socket.inet_aton(group) + socket.inet_aton("0.0.0.0")
        receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    while True:
        data, address = receiver.recvfrom(1024)
        if data == b"end":
            break
        print("hello-" + data.decode().partition("-")[2])
