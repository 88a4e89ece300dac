"""receiver.py PORT: print the messages in their order, each once, and the numbers of those that are lost."""

import socket
import sys

port = int(sys.argv[1])

messages = {}  # number -> text
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    while True:
        data, address = receiver.recvfrom(1024)  # in the order of arrival, if it arrives
        number, text = data.decode().split()
        if number == "end":
            break
        messages[int(number)] = text  # a second time it changes nothing

sent = int(text)  # `end 5`: five were sent
for number in sorted(messages):
    print(number, messages[number])
print("lost:", *sorted(set(range(1, sent + 1)) - set(messages)))
