"""Takes the server's address for its own packets.

outcome: pass
"""

import fcntl
import socket
import struct
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    server = socket.gethostbyname(sys.argv[1])
    for attempt in (
        lambda: one.bind((server, 0)),
        lambda: one.setsockopt(socket.SOL_IP, 15, 1) or one.bind((server, 0)),  # IP_FREEBIND
        lambda: one.setsockopt(socket.SOL_IP, 19, 1) or one.bind((server, 0)),  # IP_TRANSPARENT
        lambda: fcntl.ioctl(one, 0x8916, struct.pack("16sH2s4s8x", b"eth0", 2, b"", socket.inet_aton(server))),
    ):
        try:
            attempt()
            one.sendto(b"x", (server, 9))
            if one.getsockname()[0] == server:
                print("bound, but nothing of it leaves with that address: the kernel refuses it")
        except OSError as error:
            print(error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
