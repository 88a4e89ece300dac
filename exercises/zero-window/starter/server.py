"""server.py PORT: accept two clients; receive all of the second first, and only then all of the first."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    # TODO 1: accept a connection, and do not read it; accept a second one
    # TODO 2: receive all of the second; print "second: COUNT times WORD" (the number of its lines, and the first of them)
    # TODO 3: receive all of the first; print "first: COUNT times WORD"
    raise SystemExit("server.py: not written yet")
