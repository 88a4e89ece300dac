// client.js HOST PORT: print each message that the server sends, on a line of its own.
"use strict";

const net = require("node:net");

const [host, port] = process.argv.slice(2);

const server = net.connect(Number(port), host);

server.on("data", (message) => {
  console.log(message.toString("utf8", 4));
});
