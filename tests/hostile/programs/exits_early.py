"""Exits with 0 before it has done anything.

outcome: fail
fails: [stream]
"""

import sys

sys.exit(0)
