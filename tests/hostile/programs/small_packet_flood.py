"""Sends datagrams of one byte to the server as fast as it can, by a call that is not traced.

outcome: pass
says: ["limit hit: client: link_bytes_per_s"]
limits: {link_packets_per_s: 200, step_s: 12, wall_s: 15}
undefended: {link_bytes_per_s: 1000000000, link_packets_per_s: 10000000}
"""

import os
import socket
import sys
import time

sent, end = 0, time.monotonic() + 1.5
reads, writes = os.pipe()
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood, open("/dev/zero", "rb") as zeros:
    flood.connect((sys.argv[1], 9))
    while time.monotonic() < end:
        for _ in range(os.splice(zeros.fileno(), writes, 4096)):
            try:
                sent += os.splice(reads, flood.fileno(), 1)
            except ConnectionRefusedError:
                sent += 1
            if time.monotonic() > end:
                break
print("HARM" if sent > 2_000 else "held to", sent)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
