"""Opens raw sockets, of packets and of IP.

outcome: pass
undefended: {switches: [root]}
undefended_on: [docker]
"""

import socket
import sys

for family, kind, protocol in (
    (socket.AF_PACKET, socket.SOCK_RAW, 0x0300),
    (socket.AF_PACKET, socket.SOCK_DGRAM, 0x0300),
    (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP),
    (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
):
    try:
        socket.socket(family, kind, protocol).close()
        print("HARM", family, kind)
    except OSError as error:
        print(family, kind, error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
