"""scan.py HOST PORT...: print for each port whether a server listens there."""

import socket
import sys

host, ports = sys.argv[1], sys.argv[2:]

for port in ports:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        try:
            client.bind(("", int(port)))
        except OSError:
            print(port, "open")
        else:
            print(port, "refused")
