"""client.py FIRST SECOND PORT WORD: send WORD to both hosts; close the first connection, abort the second."""

import socket
import struct
import sys

first, second, port, word = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((first, port))
    client.sendall(b"farewell")
print("closed")

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((second, port))
    client.sendall(word.encode())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # on, for 0 seconds
print("aborted")
