import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createSockets, type Sockets } from "../../../../src/forward/kafka/sockets.ts";

describe("the sockets of a Kafka client", () => {
  let server: Server;

  beforeEach(async () => {
    // Never says a word, and does not end when its peer does: a broker that is frozen.
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => undefined);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return () => void server.close();
  });

  async function connected(sockets: Sockets): Promise<Socket> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { port } = server.address() as AddressInfo;
    // What kafkajs hands on without TLS, whatever its types say.
    const ssl = null as unknown as Parameters<Sockets["create"]>[0]["ssl"];
    const socket = sockets.create({ host: "127.0.0.1", port, ssl, onConnect: resolve });
    onTestFinished(() => void socket.destroy());
    await promise;
    return socket;
  }

  it("are gone at once when they are cut, though the broker is frozen, with the cause as their error", async () => {
    const sockets = createSockets();
    const all = await Promise.all([connected(sockets), connected(sockets)]);
    const errors = all.map((socket) => once(socket, "error"));
    sockets.cut("The attempt is over");
    expect(all.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    expect((await Promise.all(errors)).flat()).toEqual([
      new Error("The attempt is over"),
      new Error("The attempt is over"),
    ]);
  });

  it("cannot be made any more after the cut, so that nothing of an old attempt goes on", async () => {
    const sockets = createSockets();
    sockets.cut("The attempt is over");
    await expect(connected(sockets)).rejects.toThrow("The attempt is over");
  });
});
