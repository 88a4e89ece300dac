import socket

with socket.create_connection(("server", 8001)) as connection:
    for word in ("one", "two", "three", "four", "five"):
        connection.sendall(word.encode() + b"\n")
        connection.recv(1)  # so that each word is a segment of its own
