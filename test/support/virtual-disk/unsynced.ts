/** `abandoned`: an fsync failed for it, so that no later one says anything about it. */
type State = "pending" | "abandoned" | "synced";

interface Logged<T> {
  readonly change: T;
  readonly state: State;
}

/** Changes whose fate a power loss decides, in their order, with the synced ones that came after one of them. */
export interface Unsynced<T> {
  readonly all: readonly Logged<T>[];
  add(change: T): void;
  sync(isMeant: (change: T) => boolean): void;
  /** The fsync failed. */
  abandon(): void;
}

/** `onDurable` is told of every change that nothing before it can undo any more, in their order. */
export function createUnsynced<T>(onDurable: (change: T) => void): Unsynced<T> {
  let log: Logged<T>[] = [];

  function settle(isMeant: (change: T) => boolean, state: State): void {
    log = log.map((one) =>
      one.state === "pending" && isMeant(one.change) ? { change: one.change, state } : one,
    );
    const first = log.findIndex((one) => one.state !== "synced");
    const durable = first < 0 ? log : log.slice(0, first);
    log = log.slice(durable.length);
    for (const { change } of durable) onDurable(change);
  }

  return {
    get all() {
      return log;
    },
    add: (change) => {
      log.push({ change, state: "pending" });
    },
    sync: (isMeant) => settle(isMeant, "synced"),
    abandon: () => settle(() => true, "abandoned"),
  };
}
