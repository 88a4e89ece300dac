"""Makes a file of 1 TB without a byte in it.

outcome: pass
undefended: {file_bytes: 2000000000000, disk_bytes: 1000000000}
"""

import socket
import sys

try:
    with open("/work/hole", "wb") as file:
        file.truncate(900_000_000)
    print("HARM")
except OSError as error:
    print("stopped", error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
