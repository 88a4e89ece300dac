"""server.py PORT WORD: to one client, say WORD and goodbye, whatever it says; then print what it said."""

import socket
import sys

port, word = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        conn.sendall(word.encode())
        conn.shutdown(socket.SHUT_WR)  # waits for nobody
        said = b""
        while data := conn.recv(1024):
            said += data
print(said.decode())
