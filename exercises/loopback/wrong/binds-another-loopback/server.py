"""server.py PRIVATE PUBLIC: serve this host on PRIVATE, and every host on PUBLIC."""

import socket
import sys

private, public = int(sys.argv[1]), int(sys.argv[2])


def listening(address, port):
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind((address, port))
    server.listen()
    return server
with listening("127.0.0.2", private) as inner, listening("", public) as outer:
    for server, port in ((inner, private), (outer, public), (outer, public)):
        conn, address = server.accept()
        with conn:
            print(port, conn.recv(1024).decode())
