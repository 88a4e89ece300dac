"""client.py FIRST SECOND PORT: connect to FIRST, once more to FIRST, and to SECOND, all at once; print the own ports."""

import errno
import socket
import sys

first, second, port = sys.argv[1], sys.argv[2], int(sys.argv[3])


def connected(host):
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect((host, port))  # no bind: the kernel lends a port
    return client


one = connected(first)
print(f"first: {one.getsockname()[1]}")
connected(first)
print("first again: no port left")
two = connected(second)  # the same port, another pair of ends
print(f"second: {two.getsockname()[1]}")
two.close()
one.close()
