"""client.py HOST PORT WORD COUNT: send COUNT numbered lines over a nonblocking socket, however many sends it takes."""

import select
import socket
import sys

host, port, word, count = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
data = "".join(f"{number:06} {word}\n" for number in range(count)).encode()

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    client.setblocking(False)
    for start in range(0, len(data), 45000):
        select.select([], [client], [])
        client.send(data[start : start + 45000])
    print("sent")
