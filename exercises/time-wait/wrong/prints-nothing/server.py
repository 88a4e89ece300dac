"""server.py PORT WORD: greet one client with WORD, close first, and end; it can be started again at once."""

import socket
import sys

port, word = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # before bind: old connections do not forbid it
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        conn.sendall(word.encode())
# done
