"""server.py PORT FULL: send one client FULL whole segments and a byte, with one send."""

import socket
import sys

port, full = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        # Known since the client's SYN; for each connection it can be another.
        mss = conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
        print(mss)
        conn.sendall(b"x" * (full * mss + 1))
