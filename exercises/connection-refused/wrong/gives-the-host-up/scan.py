"""scan.py HOST PORT...: print for each port whether a server listens there."""

import socket
import sys

host, ports = sys.argv[1], sys.argv[2:]

alive = True
for port in ports:
    if not alive:
        print(port, "refused")
        continue

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        try:
            client.connect((host, int(port)))
        except ConnectionRefusedError:
            print(port, "refused")
            alive = False
        else:
            print(port, "open")
