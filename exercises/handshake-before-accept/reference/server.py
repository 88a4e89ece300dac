"""server.py PORT: listen, wait for Enter, and only then accept a client and print its word."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))  # "" means every address of this host
    server.listen()  # from now on the kernel shakes hands and stores what clients send
    input()  # Enter
    conn, address = server.accept()  # fetches a connection that exists already
    with conn:
        word = b""
        while data := conn.recv(1024):  # an empty recv means: the client has closed
            word += data

print(word.decode())
