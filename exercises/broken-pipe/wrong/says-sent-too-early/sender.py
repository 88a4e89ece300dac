"""sender.py HOST PORT MODE: send each line of the standard input until the other side is gone.

MODE `error`: the program says that it is. MODE `signal`: SIGPIPE ends the program.
"""

import signal
import socket
import sys

host, port, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]

if mode == "signal":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it unless it is told otherwise

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sender:
    sender.connect((host, port))
    for line in sys.stdin:
        print("sent", line.rstrip("\n"), flush=True)
        try:
            sender.sendall(line.encode())
        except BrokenPipeError:  # EPIPE
            print("broken pipe")
            break
