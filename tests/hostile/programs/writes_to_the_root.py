"""Writes wherever it may not.

outcome: pass
undefended: {switches: [writable_root]}
undefended_on: [docker]
"""

import os
import socket
import sys

for path in ("/x", "/etc/hosts", "/etc/x", "/usr/x", "/usr/bin/env", "/dev/x", "/run/x", "/var/x", "/home/student/x", "/proc/sys/net/x", "/sys/x"):
    try:
        with open(path, "a") as file:
            file.write("x")
        print("HARM", path)
    except OSError as error:
        print(path, error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
