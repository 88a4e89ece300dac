"""receiver.py PORT: print the messages in their order, each once, and the numbers of those that are lost."""

import socket
import sys

port = int(sys.argv[1])

messages = {}
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    while True:
        data, address = receiver.recvfrom(1024)
        number, text = data.decode().split()
        if number == "end":
            break
        messages[int(number)] = text

sent = int(text)
for number in sorted(messages):
    print(number, "message")
print("lost:", *sorted(set(range(1, sent + 1)) - set(messages)))
