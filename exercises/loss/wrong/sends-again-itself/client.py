"""client.py HOST PORT MESSAGE...: send each message when the one before is answered, print the answers."""

import socket
import sys

host, port, messages = sys.argv[1], int(sys.argv[2]), sys.argv[3:]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    client.settimeout(0.1)
    for message in messages:
        while True:
            client.sendall(f"{message}\n".encode())
            try:
                print(client.recv(1024).decode(), end="")
                break
            except TimeoutError:
                pass
