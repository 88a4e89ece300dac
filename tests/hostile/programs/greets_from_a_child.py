"""Does its work in a grandchild whose parents are gone.

outcome: pass
"""

import os
import socket
import sys
import time

ready, done = os.pipe()
if os.fork() == 0:
    if os.fork() == 0:
        with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
            client.sendall(sys.argv[3].encode())
        os.write(done, b".")
    os._exit(0)
os.read(ready, 1)
