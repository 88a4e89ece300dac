"""tcp_receiver.py PORT: print what each receive returns, until the sender has closed."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as receiver:
    receiver.bind(("", port))
    receiver.listen()
    conn, address = receiver.accept()
    with conn:
        while data := conn.recv(1024):  # bytes of the stream, from one send or from several
            print(data.decode())
