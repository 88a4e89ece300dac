"""server.py PORT MESSAGE: accept one client, send it MESSAGE, close."""

import socket
import sys

port, message = int(sys.argv[1]), sys.argv[2]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))  # "" means every address of this host, so that other hosts can connect
    server.listen()  # from now on the kernel completes handshakes and queues the connections
    conn, address = server.accept()  # take one connection from the queue, or wait for one
    with conn:
        conn.sendall(message.encode())  # a connection carries bytes, so the text is encoded
    # leaving `with conn` closes the connection: the FIN tells the client that nothing more will come
