"""client.py HOST PORT: print each message that the server sends, on a line of its own."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])


def receive(size):
    data = b""
    while len(data) < size:
        piece = client.recv(1024)
        if not piece:
            break
        data += piece
    return data[:size]


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    while length := receive(4):
        message = receive(int.from_bytes(length, "big"))
        print(message.decode(errors="replace"))
