"""Makes system calls that reach far into the kernel.

outcome: pass
undefended: {switches: [filter]}
"""

import ctypes
import os
import platform
import socket
import sys

libc = ctypes.CDLL(None, use_errno=True)
X86 = {"keyctl": 250, "add_key": 248, "io_uring_setup": 425, "userfaultfd": 323, "ptrace": 101, "bpf": 321}
ARM = {"keyctl": 219, "add_key": 217, "io_uring_setup": 425, "userfaultfd": 282, "ptrace": 117, "bpf": 280}
numbers = X86 if platform.machine() == "x86_64" else ARM
for name, number in numbers.items():
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0))
    error = ctypes.get_errno()
    print(name, result, os.strerror(error))
    if name == "keyctl" and error != 1:
        print("HARM")
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
