"""sender.py HOST PORT SIZE...: as the reference, from a socket that is bound and then connected."""

import errno
import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.bind(("", 0))
    sender.connect((sys.argv[1], int(sys.argv[2])))  # sends nothing: it says where `send` goes
    for size in map(int, sys.argv[3:]):
        try:
            sender.send(b"x" * size)
            print(size, "sent")
        except OSError as error:
            if error.errno != errno.EMSGSIZE:
                raise
            print(size, "too long")
