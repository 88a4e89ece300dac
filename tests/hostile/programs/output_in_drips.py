"""Prints a letter now and then, for ever.

outcome: fail
fails: [stream]
"""

import time

while True:
    print(".", end="", flush=True)
    time.sleep(0.05)
