"""server.py PORT IDLE INTERVAL COUNT: print what comes, and `gone` if the client is no longer there."""

import socket
import sys

port, idle, interval, count = map(int, sys.argv[1:])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, count)
        try:
            while data := conn.recv(1024):
                print(data.decode())
        except TimeoutError:
            print("gone")
