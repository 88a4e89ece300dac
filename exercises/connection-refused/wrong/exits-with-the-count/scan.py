"""scan.py HOST PORT...: print for each port whether a server listens there."""

import socket
import sys

host, ports = sys.argv[1], sys.argv[2:]

refused = 0
for port in ports:
  
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        try:
            client.connect((host, int(port)))
        except ConnectionRefusedError:
            print(port, "refused")
            refused += 1
        else:
            print(port, "open")

sys.exit(refused)
