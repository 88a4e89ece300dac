"""tcp_receiver.py PORT: print what each receive returns, until the sender has closed."""

import socket
import struct
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as receiver:
    receiver.bind(("", port))
    receiver.listen()
    conn, address = receiver.accept()
    with conn:
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        while data := conn.recv(1024):
            print(data.decode())
