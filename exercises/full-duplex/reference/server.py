# server.py PORT WORD: speak whenever it likes, and read at the very end. Each `# %%` part runs when its turn comes.

# %% A connection
import socket
import sys

port, word = int(sys.argv[1]), sys.argv[2]

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("", port))
server.listen()
conn, address = server.accept()

# %% Unasked
conn.sendall(f"{word}-a\n".encode())

# %% Twice, and nothing was read yet
conn.sendall(f"{word}-b\n".encode())
conn.sendall(f"{word}-c\n".encode())

# %% All that the client had to say; the other direction is still open
received = b""
while data := conn.recv(1024):
    received += data
print(received.decode(), end="")
conn.sendall(b"bye\n")
conn.close()
server.close()
