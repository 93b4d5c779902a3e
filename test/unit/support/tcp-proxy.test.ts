import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTcpProxy, type TcpProxy } from "../../support/tcp-proxy/proxy.ts";

/** A server that notes what it gets and answers every piece with its upper case. */
let server: Server;
let proxy: TcpProxy;
let received: string;
let ends: string[];
const sockets = new Set<Socket>();

beforeEach(async () => {
  received = "";
  ends = [];
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("data", (bytes) => {
      received += bytes.toString();
      socket.write(bytes.toString().toUpperCase());
    });
    socket.on("error", (error: NodeJS.ErrnoException) => ends.push(error.code ?? "error"));
    socket.on("end", () => ends.push("end"));
    socket.on("close", () => ends.push("close"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy = await createTcpProxy({ port: (server.address() as AddressInfo).port });
});

afterEach(async () => {
  await proxy.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server.close();
});

interface Client {
  readonly socket: Socket;
  readonly heard: () => string;
  readonly error: () => string | null;
}

async function aClient(): Promise<Client> {
  const socket = connect(proxy.port, "127.0.0.1");
  let heard = "";
  let error: string | null = null;
  socket.on("data", (bytes) => {
    heard += bytes.toString();
  });
  socket.on("error", (cause: NodeJS.ErrnoException) => {
    error = cause.code ?? "error";
  });
  await once(socket, "connect");
  return { socket, heard: () => heard, error: () => error };
}

describe("the proxy of the tests", () => {
  it("hands bytes on both ways, and the end of a connection", async () => {
    const { socket, heard } = await aClient();
    socket.write("hello");
    await expect.poll(heard).toBe("HELLO");
    socket.end();
    await expect.poll(() => ends).toEqual(["end", "close"]);
    expect(proxy.passedBytes).toEqual({ toServer: 5, toClient: 5 });
    await expect.poll(() => proxy.open).toBe(0);
    expect(proxy.accepted).toBe(1);
  });

  it.each(["toServer", "toClient"] as const)(
    "cuts a connection after exactly so many bytes %s",
    async (direction) => {
      const { socket, heard, error } = await aClient();
      socket.write("before ");
      await expect.poll(heard).toBe("BEFORE ");
      proxy.meet({ kind: "cut", direction, afterBytes: 3, by: "reset" });
      socket.write("abcdef");
      await expect.poll(error).toBe("ECONNRESET");
      if (direction === "toServer") await expect.poll(() => received).toBe("before abc");
      else expect(heard()).toBe("BEFORE ABC");
      await expect.poll(() => ends).toContain("close");
      await expect.poll(() => proxy.open).toBe(0);
    },
  );

  it("cuts a connection in good order, as a server that closes does", async () => {
    const { socket, heard, error } = await aClient();
    proxy.meet({ kind: "cut", direction: "toClient", afterBytes: 2, by: "end" });
    socket.write("abcdef");
    await once(socket, "end");
    expect(heard()).toBe("AB");
    expect(error()).toBeNull();
  });

  it("lets requests arrive and loses their answers", async () => {
    const { socket, heard, error } = await aClient();
    proxy.meet({ kind: "answersLost", ending: "reset" });
    socket.write("taken");
    await expect.poll(error).toBe("ECONNRESET");
    expect([received, heard()]).toEqual(["taken", ""]);
  });

  it("resets a connection of whose answers bytes are missing when all is well again", async () => {
    const { socket, heard, error } = await aClient();
    proxy.meet({ kind: "answersLost", ending: "silence" });
    socket.write("taken");
    await expect.poll(() => received).toBe("taken");
    expect(error()).toBeNull();
    proxy.mend();
    await expect.poll(error).toBe("ECONNRESET");
    expect(heard()).toBe("");
  });

  it("passes nothing through a black hole, and all of it afterwards", async () => {
    const { socket, heard } = await aClient();
    proxy.meet({ kind: "blackHole" });
    socket.write("late");
    const other = await aClient();
    await new Promise((resolve) => other.socket.write("later", resolve));
    await expect.poll(() => proxy.open).toBe(2);
    expect([received, proxy.passedBytes.toServer]).toEqual(["", 0]);
    proxy.mend();
    await expect.poll(heard).toBe("LATE");
    await expect.poll(other.heard).toBe("LATER");
  });

  it("forgets the server's end and does not tell the client", async () => {
    const { socket, heard, error } = await aClient();
    socket.write("before");
    await expect.poll(heard).toBe("BEFORE");
    proxy.meet({ kind: "halfOpen" });
    await expect.poll(() => ends).toContain("close");
    socket.write("vanishes");
    expect([socket.destroyed, error()]).toEqual([false, null]);
    proxy.mend();
    await expect.poll(error).toBe("ECONNRESET");
    expect(received).toBe("before");
  });

  it("resets whoever connects, and leaves open connections alone", async () => {
    const { socket, heard } = await aClient();
    await expect.poll(() => proxy.open).toBe(1);
    proxy.meet({ kind: "refused" });
    // A system may tell of it before or after it says that the connection is made.
    const other = aClient().then((client) => expect.poll(client.error).toBe("ECONNRESET"));
    await other.catch((error: unknown) => expect(error).toMatchObject({ code: "ECONNRESET" }));
    socket.write("still here");
    await expect.poll(heard).toBe("STILL HERE");
  });

  it("is slow, and hands on every byte in its order", async () => {
    const { socket, heard } = await aClient();
    proxy.meet({ kind: "bandwidth", bytesPerSecondMax: 200 });
    socket.write("0123456789abcdefghij");
    await expect.poll(heard).toBe("0123456789ABCDEFGHIJ");
    proxy.meet({ kind: "latency", waitMs: 20 });
    socket.write("!");
    await expect.poll(heard).toBe("0123456789ABCDEFGHIJ!");
  });

  it("lets go of a connection whose client, or whose server, resets it", async () => {
    const first = await aClient();
    const second = await aClient();
    await expect.poll(() => sockets.size).toBe(2);
    first.socket.resetAndDestroy();
    await expect.poll(() => proxy.open).toBe(1);
    for (const socket of sockets) socket.resetAndDestroy();
    await expect.poll(second.error).toBe("ECONNRESET");
    await expect.poll(() => proxy.open).toBe(0);
  });

  it("goes down and comes up again on its port", async () => {
    const { error } = await aClient();
    await proxy.down();
    await expect.poll(error).toBe("ECONNRESET");
    await expect(aClient()).rejects.toThrow("ECONNREFUSED");
    await proxy.up();
    const { socket, heard } = await aClient();
    socket.write("again");
    await expect.poll(heard).toBe("AGAIN");
  });
});
