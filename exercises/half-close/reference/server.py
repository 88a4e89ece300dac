"""server.py PORT: receive lines until the client has said its last; answer with their number, and them from last to first."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        question = b""
        while data := conn.recv(1024):  # an empty recv: the client's FIN came, there is no more
            question += data
        lines = question.decode().splitlines()
        answer = [str(len(lines)), *reversed(lines)]
        conn.sendall("".join(f"{line}\n" for line in answer).encode())
