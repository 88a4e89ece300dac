// server PORT BACKLOG: serve two clients, first come, first served.
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"strconv"
	"syscall"
)

// listen makes the socket by hand: net.Listen takes the longest queue that the system allows.
func listen(port, backlog int) (net.Listener, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Port: port}); err != nil {
		return nil, err
	}
	if err := syscall.Listen(fd, backlog); err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), "listener")
	defer file.Close()
	return net.FileListener(file)
}

func main() {
	log.SetFlags(0)
	port, _ := strconv.Atoi(os.Args[1])
	backlog, _ := strconv.Atoi(os.Args[2])
	server, err := listen(port, backlog)
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	for number := 1; number <= 2; number++ {
		conn, err := server.Accept() // the connection that has waited longest
		if err != nil {
			log.Fatal(err)
		}
		name := make([]byte, 1024)
		size, err := conn.Read(name)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d %s\n", number, name[:size])
		fmt.Fprint(conn, number)
		conn.Close()
	}
}
