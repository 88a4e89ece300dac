"""crowd.py PORT HOST1 HOST2: connect to each host four times, and close at once: the connections stay in the queue."""

import socket
import sys

port, hosts = int(sys.argv[1]), sys.argv[2:]

for host in hosts:
    for _ in range(4):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
            client.connect((host, port))
