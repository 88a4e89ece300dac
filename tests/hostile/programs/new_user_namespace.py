"""Makes namespaces of its own, in which it would be root.

outcome: pass
undefended: {switches: [filter]}
"""

import ctypes
import os
import socket
import sys

libc = ctypes.CDLL(None, use_errno=True)
for name, flags in (("user", 0x10000000), ("user and network", 0x50000000), ("user and mounts", 0x10020000)):
    if os.fork() == 0:
        if libc.unshare(flags) == 0:
            print("HARM", name, flush=True)
        else:
            print(name, os.strerror(ctypes.get_errno()), flush=True)
        os._exit(0)
    os.wait()
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
