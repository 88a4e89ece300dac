"""Dies by a signal that dumps core.

outcome: fail
fails: [stream]
says: ["SIGSEGV"]
"""

import ctypes

ctypes.string_at(0)
