"""server.py PORT: wait for a client, print what it sends, say what happens."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    # TODO 1: bind to PORT on every address of this host, listen; print "waiting"
    # TODO 2: accept one connection; print "connected"
    # TODO 3: call recv(1024) until it returns b''; print what each call returned on a line of its own
    # TODO 4: print "closed"
    raise SystemExit("server.py: not written yet")
