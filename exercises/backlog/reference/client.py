"""client.py HOST PORT MESSAGE...: send each message on a connection of its own; wait until all are closed."""

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
