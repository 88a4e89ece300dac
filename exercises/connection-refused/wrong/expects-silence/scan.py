"""scan.py HOST PORT...: print for each port whether a server listens there."""

import socket
import sys

host, ports = sys.argv[1], sys.argv[2:]

for port in ports:
  
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        try:
            client.connect((host, int(port)))
        except TimeoutError:
            print(port, "refused")
        else:
            print(port, "open")
