"""Calls itself without end.

outcome: fail
fails: [stream]
says: ["RecursionError"]
"""

def again(): return again()
again()
