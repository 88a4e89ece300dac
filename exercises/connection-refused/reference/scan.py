"""scan.py HOST PORT...: print for each port whether a server listens there."""

import socket
import sys

host, ports = sys.argv[1], sys.argv[2:]

for port in ports:
    # A socket for each port: one that is connected cannot connect to another.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        try:
            client.connect((host, int(port)))
        except ConnectionRefusedError:  # the SYN was answered by a RST
            print(port, "refused")
        else:
            print(port, "open")
