import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A destination in a process of its own, so that its work is not counted: takes every OTLP request and prints its port. */
const server = createServer((request, response) => {
  request.on("data", () => undefined);
  request.on("end", () =>
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end(),
  );
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
