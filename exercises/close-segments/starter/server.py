"""server.py PORT COUNT: receive all that each of COUNT clients says, answer if it is a question, and close."""

import socket
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    # TODO 1: bind to PORT on every address of this host, and listen
    # TODO 2: COUNT times, one after the other: accept a connection,
    # TODO 3: receive until the client has finished,
    # TODO 4: if what it said ends with `?`, send it back with `!` in its place,
    # TODO 5: and close the connection at once
    raise SystemExit("server.py: not written yet")
