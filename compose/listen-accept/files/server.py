"""server.py PORT BACKLOG: serve two clients, first come, first served."""

import socket
import sys

port, backlog = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))  # "" means every address of this host
    server.listen(backlog)  # from now on the kernel completes handshakes and queues the connections
    for number in (1, 2):
        conn, address = server.accept()  # the connection that has waited longest
        with conn:
            # A name is short and was sent at once, so one recv gets it; `send-recv` is about what is not so.
            name = conn.recv(1024).decode()
            print(number, name)
            conn.sendall(str(number).encode())
