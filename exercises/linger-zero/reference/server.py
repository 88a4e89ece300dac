"""server.py PORT: print what one client sends, and whether it said goodbye (end) or broke off (reset)."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        try:
            while data := conn.recv(1024):
                print(data.decode())
            print("end")
        except ConnectionResetError:
            print("reset")
