"""Sends datagrams of 1,400 bytes to the server until it is ended.

outcome: fail
fails: [stream]
says: ["limit hit: client: link_bytes_per_s"]
"""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
    flood.connect((sys.argv[1], 9))
    while True:
        try:
            flood.send(b"x" * 1400)
        except OSError:
            pass
