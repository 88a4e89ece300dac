"""client.py HOST PORT: send each line that is typed, print the answer; the end of the input is the end."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    for line in sys.stdin:
        client.sendall(line.encode())
        answer = client.recv(1024)  # the lines are short, so an answer comes whole
        if not answer:
            sys.exit("client.py: the server has closed the connection")
        print(answer.decode(), end="")
