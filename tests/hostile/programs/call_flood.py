"""Makes calls on sockets as fast as it can, for two seconds.

outcome: fail
says: ["limit hit: client: trace_bytes"]
fails: [stream]
limits: {trace_bytes: 100000}
"""

import socket
import sys
import time

end = time.monotonic() + 2
with socket.socket() as one:
    while time.monotonic() < end:
        one.getsockname()
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
