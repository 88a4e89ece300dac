// client.js HOST PORT: print each message that the server sends, on a line of its own.
"use strict";

const net = require("node:net");

const [host, port] = process.argv.slice(2);

const server = net.connect(Number(port), host);

server.on("data", (piece) => {
  // TODO 1: keep what came until it has exactly 4 bytes: the length of a message, most significant byte first
  // TODO 2: keep on until it has exactly so many bytes more, and print them as one line
  // TODO 3: what is left belongs to the next message
});

console.error("client.js: not written yet");
process.exitCode = 1;
