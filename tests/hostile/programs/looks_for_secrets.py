"""Looks for a secret in every environment and every argument that it can see.

outcome: pass
"""

import os
import socket
import sys

for entry in os.listdir("/proc"):
    for name in ("environ", "cmdline"):
        try:
            with open(f"/proc/{entry}/{name}", "rb") as file:
                if b"kit-test-secret" in file.read():
                    print("HARM", entry, name)
        except OSError:
            pass
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
