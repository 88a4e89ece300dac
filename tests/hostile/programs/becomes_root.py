"""Tries to become root.

outcome: pass
undefended: {switches: [root]}
undefended_on: [docker]
"""

import os
import socket
import subprocess
import sys

for attempt in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.chown("/work", 0, 0)):
    try:
        attempt()
        if os.getuid() == 0:
            print("HARM")
    except OSError as error:
        print(error)
print(subprocess.run(["sh", "-c", "id; su -c id; cat /etc/shadow"], capture_output=True, text=True).stdout)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
