"""scan.py HOST PORT...: print for each port whether a server listens there."""

import socket
import sys

host, ports = sys.argv[1], sys.argv[2:]

def is_open(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        return client.connect_ex((host, int(port))) == 0


for port in ports:
    if not is_open(port):
        print(port, "refused")
    elif is_open(port):
        print(port, "open")
