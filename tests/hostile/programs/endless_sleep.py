"""Sleeps for ever.

outcome: fail
fails: [stream]
"""

import time

time.sleep(1000000)
