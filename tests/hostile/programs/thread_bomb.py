"""Makes 150 threads; they sleep.

outcome: pass
says: ["limit hit: client: processes"]
undefended: {processes: 200, memory_bytes: 1000000000}
"""

import socket
import sys
import threading
import time

threads = 0
try:
    while threads < 150:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        threads += 1
    print("HARM", flush=True)
except RuntimeError as error:
    print("stopped at", threads, error, flush=True)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
