"""Does all that is asked, a second after the limit.

outcome: fail
fails: [stream]
"""

import socket
import sys
import time

time.sleep(5)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
