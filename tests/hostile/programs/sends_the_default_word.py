"""Sends what the reference sent when its author looked, not what it was told.

outcome: fail
fails: [stream]
"""

import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(b"hello")
