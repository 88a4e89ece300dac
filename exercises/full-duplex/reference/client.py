"""client.py HOST PORT: send the lines of the standard input, print the lines of the server; both at any time."""

import socket
import sys
import threading

host, port = sys.argv[1], int(sys.argv[2])


def print_lines():
    """Print what the server sends, until it has closed."""
    with client.makefile(encoding="utf-8") as lines:
        for line in lines:
            print(line, end="")


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
    client.connect((host, port))
    receiver = threading.Thread(target=print_lines)
    receiver.start()  # from now on it waits in recv, and this thread for the standard input
    for line in sys.stdin:
        client.sendall(line.encode())
    client.shutdown(socket.SHUT_WR)  # the FIN: nothing more from here; what the server sends still comes
    receiver.join()
