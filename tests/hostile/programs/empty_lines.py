"""Prints a million empty lines, each of which would be an event of its own.

outcome: pass
"""

import socket
import sys

sys.stdout.write("\n" * 1_000_000)
sys.stdout.flush()
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
