"""server.py PORT: serve two clients, each to its end, one after the other."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    # TODO 1: bind to PORT on every address of this host, and listen
    # TODO 2: twice: accept a connection; until its client closes, receive, print "NUMBER LINE", send the same bytes back
    raise SystemExit("server.py: not written yet")
