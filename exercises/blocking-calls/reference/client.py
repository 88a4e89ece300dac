# client.py HOST PORT MESSAGE: connect, send, close; each when its turn comes, long after the part before.

# %% Connect
import socket
import sys

host, port, message = sys.argv[1], int(sys.argv[2]), sys.argv[3]

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((host, port))

# %% Send
client.sendall(message.encode())

# %% Close
client.close()
