"""Opens and closes sockets as fast as it can, for a second.

outcome: pass
"""

import socket
import sys
import time

end = time.monotonic() + 1
while time.monotonic() < end:
    socket.create_server(("", 0)).close()
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
