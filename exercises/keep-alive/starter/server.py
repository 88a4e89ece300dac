"""server.py PORT IDLE INTERVAL COUNT: print what comes, and `gone` if the client is no longer there."""

import socket
import sys

port, idle, interval, count = map(int, sys.argv[1:])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    conn, address = server.accept()
    with conn:
        # TODO 1: turn keep-alive on, with IDLE, INTERVAL and COUNT
        # TODO 2: print what comes; print "gone" when the connection is given up
        raise SystemExit("server.py: not written yet")
