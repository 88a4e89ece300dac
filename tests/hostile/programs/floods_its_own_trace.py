"""Sends a right greeting after so many calls that it is not recorded any more.

outcome: fail
says: ["limit hit: client: trace_bytes"]
fails: [stream]
limits: {trace_bytes: 20000}
"""

import socket
import sys

with socket.socket() as one:
    for _ in range(2000):
        one.getsockname()
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
