"""receiver.py PORT: print the messages in their order, each once, and the numbers of those that are lost."""

import socket
import sys

port = int(sys.argv[1])

messages = {}  # number -> text
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", port))
    # TODO 1: receive datagrams such as b"1 message" until one begins with `end`; keep each message under its number
raise SystemExit("receiver.py: not written yet")
# TODO 2: print number and text of each message, in the order of the numbers
# TODO 3: `end 5` says that five were sent: print "lost:" and the numbers that did not come
