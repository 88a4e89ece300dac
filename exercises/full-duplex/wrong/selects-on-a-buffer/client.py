"""client.py HOST PORT: send the lines of the standard input, print the lines of the server; both at any time."""

import select
import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    inputs = [client, sys.stdin]
    while client in inputs:
        ready, _, _ = select.select(inputs, [], [])
        if sys.stdin in ready:
            if line := sys.stdin.readline():
                client.sendall(line.encode())
            else:
                client.shutdown(socket.SHUT_WR)
                inputs.remove(sys.stdin)
        if client in ready:
            if data := client.recv(1024):
                print(data.decode(), end="")
            else:
                inputs.remove(client)
