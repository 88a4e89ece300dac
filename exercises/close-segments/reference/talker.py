# talker.py HOST PORT QUESTION: ask; when its turn comes, send a FIN; then receive the answer to the end.

# %% Connects and asks
import socket
import sys

host, port, question = sys.argv[1], int(sys.argv[2]), sys.argv[3]
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((host, port))
client.sendall(question.encode())

# %% Has nothing more to say
client.shutdown(socket.SHUT_WR)
while data := client.recv(1024):
    print(data.decode())
client.close()
