"""server.py PORT WORD: say how many of the numbered lines came in order, and what the first wrong one is."""

import socket
import sys

port, word = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    received = b""
    with conn:
        while data := conn.recv(65536):
            received += data

lines = received.decode().splitlines()
wrong = [line for number, line in enumerate(lines) if line != f"{number:06} {word}"]
print(f"{len(lines)} lines, " + (f"but not in order: {wrong[0]}" if wrong else "in order"))
