import socket
server = socket.socket(socket.AF_INET,socket.SOCK_STREAM)
server.bind(('localhost',8001))
server.listen() # client.connect(('localhost',8001))
conn1,addr1 = server.accept()  #  获得第一个客户端连接
print(conn1,addr1) # <socket.socket fd=1036, family=AddressFamily.AF_INET, type=SocketKind.SOCK_STREAM, proto=0, laddr=('127.0.0.1', 8001), raddr=('127.0.0.1', 7623)> ('127.0.0.1', 7623)
print(conn1.recv(1024).decode()) # client1-1client1-2 直接受到客户端所有发送的信息(如果没有消息则阻塞)
