"""Makes and opens devices.

outcome: pass
"""

import os
import socket
import stat
import sys

for name in ("mem", "kmem", "port", "kmsg", "sda", "vda", "fuse", "kvm", "net/tun", "loop0"):
    try:
        os.close(os.open(f"/dev/{name}", os.O_RDWR))
        print("HARM", name)
    except OSError as error:
        print(name, error)
try:
    os.mknod("/work/sda", stat.S_IFBLK | 0o666, os.makedev(8, 0))
    os.close(os.open("/work/sda", os.O_RDWR))
    print("HARM mknod")
except OSError as error:
    print(error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
