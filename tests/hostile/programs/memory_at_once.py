"""Takes 400 MB of memory in one piece.

outcome: fail
undefended: {memory_bytes: 1000000000}
"""

piece = bytearray(400_000_000)
for at in range(0, len(piece), 4096):
    piece[at] = 1
print("HARM")
