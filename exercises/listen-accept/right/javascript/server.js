// server.js PORT BACKLOG: serve two clients, first come, first served.
"use strict";

const net = require("node:net");

const [port, backlog] = process.argv.slice(2).map(Number);
let accepted = 0;

const server = net.createServer((conn) => {
  accepted += 1; // connections come in the order of the queue
  const number = accepted;
  if (number === 2) server.close(); // no third one; those that are open stay so
  conn.once("data", (name) => {
    console.log(`${number} ${name}`);
    conn.end(String(number));
  });
});

server.listen(port, "0.0.0.0", backlog);
