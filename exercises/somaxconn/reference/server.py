"""server.py PORT BACKLOG CLIENTS: listen, print what the kernel made of BACKLOG, and accept so many clients."""

import socket
import sys
from pathlib import Path

port, backlog, clients = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen(backlog)
    cap = int(Path("/proc/sys/net/core/somaxconn").read_text())  # `sysctl net.core.somaxconn` tells it, too
    print("asked", backlog)
    print("got", min(backlog, cap))
    for _ in range(clients):
        conn, address = server.accept()
        conn.close()
