/* client HOST PORT: print each message that the server sends, on a line of its own. */

#include <arpa/inet.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Receive the next size bytes, or fewer if the server has closed before. */
static size_t receive_exactly(int server, char *data, size_t size) {
    size_t have = 0;
    while (have < size) {
        ssize_t piece = recv(server, data + have, size - have, 0); /* some of them, rarely all */
        if (piece < 0) {
            perror("recv");
            exit(1);
        }
        if (piece == 0) break;
        have += piece;
    }
    return have;
}

static int connect_to(const char *host, const char *port) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
    int error = getaddrinfo(host, port, &hints, &found);
    if (error != 0) {
        fprintf(stderr, "%s: %s\n", host, gai_strerror(error));
        exit(1);
    }
    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (server < 0 || connect(server, found->ai_addr, found->ai_addrlen) < 0) {
        perror("connect");
        exit(1);
    }
    freeaddrinfo(found);
    return server;
}

int main(int argc, char *argv[]) {
    if (argc != 3) {
        fprintf(stderr, "usage: client HOST PORT\n");
        return 2;
    }
    int server = connect_to(argv[1], argv[2]);
    uint32_t length;
    while (receive_exactly(server, (char *)&length, sizeof length) == sizeof length) {
        size_t size = ntohl(length); /* from the network's byte order */
        char *message = malloc(size + 1);
        size = receive_exactly(server, message, size);
        printf("%.*s\n", (int)size, message);
        free(message);
    }
    close(server);
    return 0;
}
