import socket
server = socket.socket(socket.AF_INET,socket.SOCK_STREAM)
server.bind(('localhost',8001))
server.listen() # client.connect(('localhost',8001))
conn1,addr1 = server.accept()  #  获得第一个客户端连接,文件描述符fd=1204,端口7192
print(conn1,addr1) # <socket.socket fd=1204, family=AddressFamily.AF_INET, type=SocketKind.SOCK_STREAM, proto=0, laddr=('127.0.0.1', 8001), raddr=('127.0.0.1', 7192)> ('127.0.0.1', 7192)
conn2,addr2 = server.accept()  #  获得第二个客户端连接,文件描述符fd=1256,端口7212
print(conn2,addr2) # <socket.socket fd=1256, family=AddressFamily.AF_INET, type=SocketKind.SOCK_STREAM, proto=0, laddr=('127.0.0.1', 8001), raddr=('127.0.0.1', 7212)> ('127.0.0.1', 7212)
