import socket
client1 = socket.socket(socket.AF_INET,socket.SOCK_STREAM)
client1.connect(('localhost',8001))
client1.send('client1-1'.encode())  # 向管道里写入,可以多次写入,写入操作不会阻塞
client1.send('client1-2'.encode())
