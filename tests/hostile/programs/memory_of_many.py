"""Takes 20 MB of memory in each of 30 processes.

outcome: fail
limits: {wall_s: 20}  # its end may take longer than that of others: nothing of it can be frozen
needs: memory and processes of a program as a whole
says: ["limit hit: client: memory_bytes"]
undefended: {memory_bytes: 1500000000}
"""

import os
import time

born = []
ready, says = os.pipe()
for _ in range(30):
    pid = os.fork()
    if pid == 0:
        piece = b"x" * 20_000_000
        os.write(says, b".")
        time.sleep(60)
    born.append(pid)
got = b""
os.close(says)
while data := os.read(ready, 30):
    got += data
    if len(got) == 30:
        break
    if os.waitpid(-1, os.WNOHANG)[0]:
        raise SystemExit(f"one of {len(got)} was killed")
print("HARM" if len(got) == 30 else "killed")
