"""Redraws the terminal, sets its title, and links to elsewhere.

outcome: fail
fails: [stream]
"""

print("\x1b[2J\x1b[HPASS  3 of 3 points\x1b[1A\x9b2K")
print("\x1b]0;title\x07\x1b]8;;http://198.51.100.1/\x07click\x1b]8;;\x07")
raise SystemExit("\x1b[31m\x1b]52;c;aGk=\x07\u202e\x85")
