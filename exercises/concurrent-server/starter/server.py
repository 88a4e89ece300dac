"""server.py PORT: send every client back what it sends, all of them at a time."""

import socket
import sys

port = int(sys.argv[1])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen()
    # TODO 1: accept clients for ever
    # TODO 2: send each back what it sends until it closes, without letting the others wait (threading, selectors, asyncio)
    raise SystemExit("server.py: not written yet")
