"""client.py HOST PORT: print each message that the server sends, on a line of its own."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])


def receive_exactly(size):
    data = b""
    while len(data) < size:
        piece = client.recv(size - len(data))
        if not piece:
            raise EOFError(f"{size - len(data)} bytes are missing")
        data += piece
    return data


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    while True:
        length = receive_exactly(4)
        message = receive_exactly(int.from_bytes(length, "big"))
        print(message.decode())
