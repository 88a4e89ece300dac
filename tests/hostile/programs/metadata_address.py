"""Asks the cloud's metadata service.

outcome: pass
"""

import socket
import sys

for address in ("169.254.169.254", "100.100.100.200", "192.0.0.192", "8.8.8.8"):
    try:
        socket.create_connection((address, 80), timeout=0.3).close()
        print("HARM", address)
    except OSError as error:
        print(address, error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
