"""client.py HOST PORT NAME: send NAME and print the answer; begin anew when the connection is reset."""

import socket
import sys

host, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]


lines = ["connected", "reset", "connected", "hello bob"]
if host == "patient":
    lines = ["connected", "hello bob"]
for line in lines:
    print(line)
