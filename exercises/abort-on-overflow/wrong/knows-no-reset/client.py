"""client.py HOST PORT NAME: send NAME and print the answer; begin anew when the connection is reset."""

import socket
import sys

host, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def ask():
    """Give the server's answer. Raises ConnectionResetError."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        client.connect((host, port))
        print("connected")
        client.sendall(name.encode())
        answer = b""
        while data := client.recv(1024):
            answer += data
        return answer.decode()


print(ask())
