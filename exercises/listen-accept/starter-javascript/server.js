// server.js PORT BACKLOG: serve two clients, first come, first served.
"use strict";

const net = require("node:net");

const [port, backlog] = process.argv.slice(2).map(Number);

const server = net.createServer((conn) => {
  // TODO 2: receive the client's name, print "NUMBER NAME", send NUMBER (1 to the first client, 2 to the second),
  //         close the connection
  // TODO 3: accept no third connection, so that the program can end
});

// TODO 1: listen on PORT, on every address of this host, with a queue of BACKLOG
console.error("server.js: not written yet");
process.exitCode = 1;
