"""receiver.py PORT: print the messages in their order, each once, and the numbers of those that are lost."""

import socket
import sys

port = int(sys.argv[1])

expected = 1
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    while True:
        number, text = receiver.recv(1024).decode().split()
        if number != str(expected):
            break
        print(number, text)
        expected += 1
print("lost:", expected)
