import socket
client = socket.socket()
client.connect(('localhost',8000)) # 三次握手
print(client.recv(1024).decode()) # 处理消息
client.close()
