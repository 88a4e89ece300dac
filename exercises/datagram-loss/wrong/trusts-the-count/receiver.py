"""receiver.py PORT: print the messages in their order, each once, and the numbers of those that are lost."""

import socket
import sys

port = int(sys.argv[1])

messages = []
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    while not (data := receiver.recv(1024).decode()).startswith("end"):
        messages.append(data)

for message in sorted(set(messages)):
    print(message)
print("lost:", "none" if len(messages) == int(data.split()[1]) else "some")
