"""Makes 6,000 empty files.

outcome: pass
says: ["limit hit: client: disk_files"]
undefended: {disk_files: 10000}
"""

import socket
import sys

made = 0
try:
    while made < 6_000:
        open(f"/work/{made}", "w").close()
        made += 1
    print("HARM")
except OSError as error:
    print("stopped at", made, error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
