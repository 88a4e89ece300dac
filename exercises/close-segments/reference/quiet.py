"""quiet.py HOST PORT WORDS COUNT: COUNT times connect, say the words, send a FIN, and wait for the server's."""

import socket
import sys

host, port, words, count = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])

for _ in range(count):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        client.connect((host, port))
        client.sendall(words.encode())
        client.shutdown(socket.SHUT_WR)
        try:
            while client.recv(1024):
                pass
        except ConnectionResetError:
            print("reset")
