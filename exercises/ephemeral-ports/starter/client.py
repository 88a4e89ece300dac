"""client.py FIRST SECOND PORT: connect to FIRST, once more to FIRST, and to SECOND, all at once; print the own ports."""

import socket
import sys

first, second, port = sys.argv[1], sys.argv[2], int(sys.argv[3])

# TODO 1: connect to FIRST and print "first: ", and your own port
# TODO 2: keep that connection open, and try to connect to FIRST once more;
#         when the kernel has no port left (errno.EADDRNOTAVAIL), print "first again: no port left"
# TODO 3: connect to SECOND while the first connection is still open, and print "second: ", and your own port
# TODO 4: close both
raise SystemExit("client.py: not written yet")
