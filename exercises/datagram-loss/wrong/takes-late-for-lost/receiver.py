"""receiver.py PORT: print the messages in their order, each once, and the numbers of those that are lost."""

import socket
import sys

port = int(sys.argv[1])

messages, lost, expected = {}, [], 1
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    while True:
        data, address = receiver.recvfrom(1024)
        number, text = data.decode().split()
        if number == "end":
            break
        messages[int(number)] = text
        lost += range(expected, int(number))
        expected = max(expected, int(number) + 1)

for number in sorted(messages):
    print(number, messages[number])
print("lost:", *lost)
