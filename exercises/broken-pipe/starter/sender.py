"""sender.py HOST PORT MODE: send each line of the standard input until the other side is gone.

MODE `error`: the program says that it is. MODE `signal`: SIGPIPE ends the program.
"""

import socket
import sys

host, port, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]

# TODO 1: in mode `signal`, give SIGPIPE back its default action
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sender:
    sender.connect((host, port))
    # TODO 2: send each line of sys.stdin; after each one print `sent` and the line, with flush=True
    # TODO 3: when send fails because the other side is gone, print `broken pipe` and end
    raise SystemExit("sender.py: not written yet")
