"""client.py HOST PORT COUNT: make COUNT connections, and wait until the server has closed all of them."""

import socket
import sys

host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

clients = []
for _ in range(count):
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect((host, port))  # returns when there is room in the server's queue
    clients.append(client)

for client in clients:
    client.recv(1024)
    client.close()
