"""server.py PORT: accept two connections on one socket; print the version of IP that each uses, and its word."""

import socket
import sys

port = int(sys.argv[1])

# TODO 1: make one socket that listens on PORT on every address of this host, those of IPv4 and those of IPv6
# TODO 2: accept two connections; receive from each until recv returns b''
# TODO 3: print "IPv4" or "IPv6" for each, and what it sent
raise SystemExit("server.py: not written yet")
