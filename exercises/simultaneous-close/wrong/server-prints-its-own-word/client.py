"""client.py HOST PORT WORD: say WORD and goodbye, whatever the server says; then print what it said."""

import socket
import sys

host, port, word = sys.argv[1], int(sys.argv[2]), sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    client.sendall(word.encode())
    client.shutdown(socket.SHUT_WR)  # waits for nobody
    said = b""
    while data := client.recv(1024):
        said += data
print(said.decode())
