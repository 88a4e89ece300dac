"""Sends 25 messages of 25 parts in one call, of which strace shows 2.6 MB in one line; then greets.

outcome: pass
says: ["limit hit: client: trace_bytes"]
"""

import ctypes
import socket
import sys

COUNT = 25
LIBC = ctypes.CDLL(None)


class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]


class Message(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p), ("name_size", ctypes.c_uint),
        ("parts", ctypes.POINTER(Part)), ("count", ctypes.c_size_t),
        ("control", ctypes.c_void_p), ("control_size", ctypes.c_size_t), ("flags", ctypes.c_int),
        ("sent", ctypes.c_uint),
    ]  # struct mmsghdr (sendmmsg(2))


shown = ctypes.create_string_buffer(b"\xe4" * 1024)  # as \344 in the trace
parts = (Part * COUNT)(*[Part(ctypes.addressof(shown), 1024)] * COUNT)
messages = (Message * COUNT)(*[Message(parts=parts, count=COUNT)] * COUNT)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    one.connect(("127.0.0.1", 9))
    LIBC.sendmmsg(one.fileno(), messages, COUNT, 0)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
