"""Hands in modules with the names of the standard library's.

outcome: pass
beside: {"sitecustomize.py": "print(1 / 0)\n", "usercustomize.py": "print(1 / 0)\n"}
"""

import socket
import sys


with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
