"""server.py PORT ANSWER: answer a request without waiting for its end, close in peace, print how long it was."""

import socket
import sys

port, answer = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        received = 0
        while data := conn.recv(4096):
            received += len(data)
        conn.sendall(answer.encode())
print(received)
