"""client.py HOST PORT SECONDS: try to connect for at most SECONDS, and say what came of it."""

import socket
import sys

host, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.settimeout(seconds)
    try:
        client.connect((host, port))
        greeting = client.recv(1024)
    except ConnectionRefusedError:
        print("refused")
    except TimeoutError:
        print("no answer")
    else:
        print("connected" if greeting else "refused")
