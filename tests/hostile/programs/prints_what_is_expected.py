"""Prints the word and uses no network.

outcome: fail
fails: [stream]
"""

import sys

print(sys.argv[3])
