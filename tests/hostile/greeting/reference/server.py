"""server.py PORT: once its input ends, print what the first client has sent by then."""

import socket
import sys

with socket.create_server(("", int(sys.argv[1]))) as server:
    sys.stdin.read()  # the client has come and gone when this ends, if it comes at all
    server.settimeout(0)
    try:
        conn, _ = server.accept()
    except BlockingIOError:
        sys.exit()
    conn.settimeout(1)
    with conn:
        while data := conn.recv(1024):
            print(data.decode(errors="backslashreplace"))
