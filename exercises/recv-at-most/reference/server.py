"""server.py PORT: print what each recv(4) returns, until the client has closed."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))  # "" means every address of this host
    server.listen()
    conn, address = server.accept()
    with conn:
        # 4 is the size of the buffer, not of the message: recv takes what fits and leaves the rest for the next call.
        while data := conn.recv(4):  # an empty recv means: the client has closed
            print(data.decode())
