"""client.py HOST PORT: send the lines of the standard input, print the lines of the server; both at any time."""

import socket
import sys
import threading

host, port = sys.argv[1], int(sys.argv[2])


def print_lines():
    while data := client.recv(1024):
        print(data.decode(), end="")


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    receiver = threading.Thread(target=print_lines)
    receiver.start()
    for line in sys.stdin:
        client.sendall(line.encode())
    client.shutdown(socket.SHUT_WR)
    receiver.join()
client.shutdown(socket.SHUT_RDWR)
