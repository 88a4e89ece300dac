"""client.py HOST PORT NAME: send NAME and print the answer; begin anew when the connection is reset."""

import socket
import sys

host, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    while True:
        try:
            client.connect((host, port))
            print("connected")
            client.sendall(name.encode())
            answer = b""
            while data := client.recv(1024):
                answer += data
            print(answer.decode())
            break
        except ConnectionResetError:
            print("reset")
