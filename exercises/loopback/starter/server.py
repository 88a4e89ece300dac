"""server.py PRIVATE PUBLIC: serve this host on PRIVATE, and every host on PUBLIC."""

import socket
import sys

private, public = int(sys.argv[1]), int(sys.argv[2])

# TODO 1: listen on PRIVATE for programs on this host, and on PUBLIC for every host
# TODO 2: accept one connection on PRIVATE, then two on PUBLIC; for each, receive a name and print "PORT NAME"
raise SystemExit("server.py: not written yet")
