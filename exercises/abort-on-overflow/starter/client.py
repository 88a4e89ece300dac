"""client.py HOST PORT NAME: send NAME and print the answer; begin anew when the connection is reset."""

import socket
import sys

host, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    # TODO 1: connect, print "connected", send NAME
    # TODO 2: receive until the server has closed, and print what you received
    # TODO 3: when the connection is reset, print "reset" and begin anew, with another socket
    raise SystemExit("client.py: not written yet")
