"""Makes 150 processes, one after the other; they sleep.

outcome: pass
says: ["limit hit: client: processes"]
undefended: {processes: 200}
"""

import os
import socket
import sys
import time

children = 0
try:
    while children < 150:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        children += 1
    print("HARM")
except OSError as error:
    print("stopped at", children, error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
