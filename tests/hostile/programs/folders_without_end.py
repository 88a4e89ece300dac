"""Makes a thousand folders in each other, and takes all rights from the first.

outcome: pass
"""

import os
import socket
import sys

os.chdir("/tmp")
for _ in range(1000):
    os.mkdir("d")
    os.chdir("d")
os.chmod("/tmp/d", 0)
open("/work/a\nb\x1b[31m 'c' \"d\" -rf", "w").close()
os.chmod("/work", 0)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
