"""server.py PORT: send every client back what it sends, all of them at a time."""

import selectors
import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server, selectors.DefaultSelector() as selector:
    server.bind(("", port))
    server.listen()
    selector.register(server, selectors.EVENT_READ)
    while True:
        for key, events in selector.select():
            if key.fileobj is server:
                conn, address = server.accept()
                selector.register(conn, selectors.EVENT_READ)
            elif data := key.fileobj.recv(1024):
                key.fileobj.sendall(data)
            else:
                key.fileobj.close()
