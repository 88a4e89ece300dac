# client.py HOST PORT SIZE: send SIZE bytes, print the answer to its end; close when its turn comes.

# %% Sends all, and reads the answer
import socket
import sys

host, port, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((host, port))
client.sendall(b"x" * size)
try:
    while data := client.recv(1024):
        print(data.decode())
except ConnectionError:
    print("broken off: nobody knows whether that was the whole answer")

# %% Closes
client.close()
