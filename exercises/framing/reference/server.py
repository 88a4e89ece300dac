# server.py PORT WORD: send four messages, each behind its length, in pieces that have nothing to do with them.
# Each `# %%` part runs when its turn comes.

# %% A connection
import socket
import sys

port, word = int(sys.argv[1]), sys.argv[2]


def framed(text):
    data = text.encode()
    return len(data).to_bytes(4, "big") + data  # the length counts bytes; "big" is the network's byte order


stream = b"".join(map(framed, [f"{word}-1", "", f"{word}-您好", f"{word}-4"]))

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("", port))
server.listen()
conn, address = server.accept()

# %% Half of the first length
conn.sendall(stream[:2])

# %% Its other half, and three bytes of the text
conn.sendall(stream[2:7])

# %% The rest of it, all of the second, and the third up to the first byte of a character
conn.sendall(stream[7:30])

# %% The rest of the third, and the fourth
conn.sendall(stream[30:])
conn.close()
server.close()
