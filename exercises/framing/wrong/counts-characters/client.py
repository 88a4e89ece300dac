"""client.py HOST PORT: print each message that the server sends, on a line of its own."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    data = b""
    while piece := client.recv(1024):
        data += piece

text = data.decode()  # the lengths are characters, too: NUL, TAB ...
while text:
    size = int.from_bytes(text[:4].encode(), "big")
    print(text[4 : 4 + size])
    text = text[4 + size :]
