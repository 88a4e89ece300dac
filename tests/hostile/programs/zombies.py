"""Never waits for its 150 children, which are dead.

outcome: pass
says: ["limit hit: client: processes"]
undefended: {processes: 200}
"""

import os
import socket
import sys

born = 0
try:
    while born < 150:
        if os.fork() == 0:
            os._exit(0)
        born += 1
    print("HARM")
except OSError as error:
    print("stopped at", born, error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
