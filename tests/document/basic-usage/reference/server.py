import socket
server = socket.socket(socket.AF_INET,socket.SOCK_STREAM)
server.bind(('localhost',8000)) # 绑定端口
server.listen() # 开始监听,既建立连接池
conn,addr = server.accept()  # 取出连接池的连接三次握手
conn.send('您好'.encode())  # 处理接收信息
conn.close()  # 四次挥手
