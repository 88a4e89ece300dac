"""server.py PORT PLACES: let PLACES connections wait; accept one more than that, and print what each of them sends."""

import socket
import sys

port, places = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    # TODO 1: listen on PORT, with room for PLACES connections in the queue
    # TODO 2: accept PLACES + 1 connections, and keep all of them open
    # TODO 3: receive a name from each, print it, close the connection
    raise SystemExit("server.py: not written yet")
