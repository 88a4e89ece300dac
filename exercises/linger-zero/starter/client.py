"""client.py FIRST SECOND PORT WORD: send WORD to both hosts; close the first connection, abort the second."""

import socket
import sys

first, second, port, word = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]

# TODO 1: connect to FIRST, send WORD, close in the ordinary way, and print `closed`
# TODO 2: connect to SECOND, send WORD, abort the connection at once, and print `aborted`
raise SystemExit("client.py: not written yet")
