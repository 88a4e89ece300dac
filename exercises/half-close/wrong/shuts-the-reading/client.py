"""client.py HOST PORT WORD WORD: send the words, a line each; say that this was all; print the answer."""

import socket
import sys

host, port, words = sys.argv[1], int(sys.argv[2]), sys.argv[3:]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    for word in words:
        client.sendall(f"{word}\n".encode())
    client.shutdown(socket.SHUT_RD)  # a FIN: no more from here, but this side still receives
    answer = b""
    while data := client.recv(1024):
        answer += data
print(answer.decode(), end="")
