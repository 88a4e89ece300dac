# client.py HOST PORT RECORDS: send two records of 8 bytes in three pieces, then wait for the answer. Each `# %%` part
# runs when its turn comes.

# %% 3 bytes of the first record
import socket
import sys

host, port, records = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((host, port))
client.sendall(records[:3])

# %% The other 5, and 4 of the second
client.sendall(records[3:12])

# %% The other 4, and then the answer
client.sendall(records[12:])
answer = b""
while data := client.recv(1024):
    answer += data
print(answer.decode())
client.close()
