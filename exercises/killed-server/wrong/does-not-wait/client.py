"""client.py HOST PORT: connect, and print how the connection ends."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    try:
        client.connect((host, port))
        print("connected")
        client.setblocking(False)
        try:
            client.recv(1024)
        except BlockingIOError:
            print("closed")
    except ConnectionRefusedError:
        print("refused")
    except ConnectionResetError:
        print("reset")
