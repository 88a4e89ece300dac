"""sender.py HOST PORT MODE: send each line of the standard input until the other side is gone.

MODE `error`: the program says that it is. MODE `signal`: SIGPIPE ends the program.
"""

import socket
import sys

host, port, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sender:
    sender.connect((host, port))
    for line in sys.stdin:
        try:
            sender.sendall(line.encode())
        except BrokenPipeError:  # EPIPE
            if mode == "signal":
                sys.exit(141)
            print("broken pipe")
            break
        print("sent", line.rstrip("\n"), flush=True)
