"""server.py PORT BACKLOG CLIENTS: listen, print what the kernel made of BACKLOG, and accept so many clients."""

import socket
import sys

port, backlog, clients = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    # TODO 1: listen on PORT with the argument BACKLOG
    # TODO 2: print "asked BACKLOG" and "got N", what the kernel has made of it
    # TODO 3: accept CLIENTS connections, and close each
    raise SystemExit("server.py: not written yet")
