// client HOST PORT: print each message that the server sends, on a line of its own.
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"os"
)

func main() {
	log.SetFlags(0)
	server, err := net.Dial("tcp4", net.JoinHostPort(os.Args[1], os.Args[2]))
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	for {
		var length uint32
		err := binary.Read(server, binary.BigEndian, &length) // goes on reading until it has four bytes
		if err == io.EOF {
			return // none where a length would begin: that was the last message
		}
		if err != nil {
			log.Fatal(err)
		}
		message := make([]byte, length)
		if _, err := io.ReadFull(server, message); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s\n", message)
	}
}
