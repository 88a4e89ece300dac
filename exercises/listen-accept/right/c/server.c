/* server PORT BACKLOG: serve two clients, first come, first served. */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    exit(1);
}

int main(int argc, char *argv[]) {
    if (argc != 3) {
        fprintf(stderr, "usage: server PORT BACKLOG\n");
        return 2;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_ANY); /* every address of this host */

    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (server < 0) fail("socket");
    if (bind(server, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    if (listen(server, atoi(argv[2])) < 0) fail("listen"); /* from now on the kernel queues connections */

    for (int number = 1; number <= 2; number++) {
        int conn = accept(server, NULL, NULL); /* the connection that has waited longest */
        if (conn < 0) fail("accept");
        char name[1024];
        ssize_t size = read(conn, name, sizeof name); /* a socket is a file: read is recv without flags */
        if (size < 0) fail("read");
        printf("%d %.*s\n", number, (int)size, name);
        char answer[16];
        int length = snprintf(answer, sizeof answer, "%d", number);
        if (write(conn, answer, length) != length) fail("write");
        close(conn);
    }
    close(server);
    return 0;
}
