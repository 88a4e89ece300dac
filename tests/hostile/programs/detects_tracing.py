"""Does nothing where it is traced.

outcome: fail
fails: [stream]
"""

import sys

with open("/proc/self/status") as file:
    tracer = next(line for line in file if line.startswith("TracerPid")).split()[1]
if tracer != "0" or True:  # outside its process namespace the tracer has no number
    sys.exit(0)
