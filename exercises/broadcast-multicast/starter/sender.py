"""sender.py PORT GROUP WORD: send a datagram to all, one to the members of GROUP, and `end` to all."""

import socket
import sys

port, group, word = int(sys.argv[1]), sys.argv[2], sys.argv[3]

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    # TODO 1: send WORD-all to 255.255.255.255 (which option does that need?)
    # TODO 2: send WORD-group to the group
    # TODO 3: send end to 255.255.255.255
    raise SystemExit("sender.py: not written yet")
