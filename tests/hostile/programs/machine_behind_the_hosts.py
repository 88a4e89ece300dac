"""Tries the addresses where the machine itself, its gateway or its engine may listen.

outcome: pass
undefended: {switches: [network]}
undefended_on: [docker]
"""

import socket
import sys

PORTS = (22, 53, 80, 111, 2375, 2376, int("@PORT@"))
for address in ("198.18.0.1", "172.17.0.1", "10.0.2.2", "192.168.0.1", "@ADDRESS@", "0.0.0.0", "127.0.0.1", "127.0.0.11"):
    for port in PORTS:
        try:
            socket.create_connection((address, port), timeout=0.1).close()
            print("HARM", address, port)
        except OSError:
            pass
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
