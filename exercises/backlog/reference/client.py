"""client.py HOST PORT MESSAGE...: make a connection for each message, send it, and wait until the server has closed all."""

import socket
import sys

host, port, messages = sys.argv[1], int(sys.argv[2]), sys.argv[3:]

clients = []
for message in messages:
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect((host, port))  # returns when there is room in the server's queue
    client.sendall(message.encode())
    clients.append(client)

for client in clients:
    client.recv(1024)
    client.close()
