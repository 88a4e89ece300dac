"""Calls itself by another name, and its first thread, too.

outcome: pass
"""

import ctypes
import socket
import sys

ctypes.CDLL(None).prctl(15, b"kit", 0, 0, 0)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
