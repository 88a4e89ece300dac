"""Sends datagrams of 1,400 bytes to the server as fast as it can.

outcome: pass
says: ["limit hit: client: link_bytes_per_s"]
undefended: {link_bytes_per_s: 1000000000, link_packets_per_s: 10000000}
"""

import socket
import sys
import time

sent, end = 0, time.monotonic() + 1
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
    flood.setsockopt(17, 103, 1400)  # UDP_SEGMENT: one call sends 40 datagrams
    flood.connect((sys.argv[1], 9))
    while time.monotonic() < end:
        try:
            sent += flood.send(b"x" * 56000)
        except OSError:
            pass
print("HARM" if sent > 8_000_000 else "held to", sent)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
