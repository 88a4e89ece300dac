"""talker.py HOST PORT QUESTION: ask, send a FIN, and print the answer."""

import socket
import sys

host, port, question = sys.argv[1], int(sys.argv[2]), sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    client.sendall(question.encode())
    client.shutdown(socket.SHUT_WR)
    answer = b""
    while data := client.recv(1024):
        answer += data
print(answer.decode())
