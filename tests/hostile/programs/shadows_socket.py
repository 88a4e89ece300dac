"""Hands in a socket.py, which takes the place of the standard library's.

outcome: fail
fails: [stream]
beside: {"socket.py": "def create_connection(*_):\n    raise SystemExit(0)\n"}
"""

import socket
import sys


with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
