"""server.py PORT WORD: greet one client with WORD, close first, and end; it can be started again at once."""

import socket
import sys

port, word = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    try:
        server.bind(("", port))
    except OSError:
        server.bind(("", port + 1))
    server.listen()
    conn, address = server.accept()
    with conn:
        conn.sendall(word.encode())
print("served")
