// client HOST PORT: print each message that the server sends, on a line of its own.
package main

import (
	"log"
	"net"
	"os"
)

func main() {
	server, err := net.Dial("tcp4", net.JoinHostPort(os.Args[1], os.Args[2]))
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	// TODO 1: receive exactly 4 bytes: the length of a message, most significant byte first
	// TODO 2: receive exactly so many bytes, print them and a line's end
	// TODO 3: go on until the server has closed
	log.Fatal("client.go: not written yet")
}
