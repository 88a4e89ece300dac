"""receiver.py PORT: print the messages in their order, each once, and the numbers of those that are lost."""

import socket
import sys

port = int(sys.argv[1])

messages = {}
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    while len(messages) < 5:
        data, address = receiver.recvfrom(1024)
        number, text = data.decode().split()
        if number != "end":
            messages[int(number)] = text

for number in sorted(messages):
    print(number, messages[number])
