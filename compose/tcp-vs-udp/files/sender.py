# sender.py HOST PORT WORD: send WORD-1, WORD-2 and WORD-3 over TCP and over UDP. Each `# %%` part runs when its turn
# comes: the receiver's host is unplugged while the second one runs.

# %% Messages 1 and 2
import socket
import sys

address, word = (sys.argv[1], int(sys.argv[2])), sys.argv[3]

stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
stream.connect(address)  # TCP: first a connection
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # UDP: no connection at all


def send(text):
    datagrams.sendto(text.encode(), address)  # one datagram of its own
    stream.sendall(text.encode())  # appended to the stream


send(f"{word}-1")
send(f"{word}-2")

# %% Message 3
send(f"{word}-3")
print("sent 3")

# %% The end
stream.close()  # TCP: the FIN says that this was all
datagrams.sendto(b"end", address)  # UDP: somebody has to say so, and it could get lost, too
datagrams.close()
