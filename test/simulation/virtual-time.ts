/**
 * Time that goes by only when nothing else can happen. What is due is done in the order of its time, then of its announcement, and
 * all that follows from it at once is done before the next: the same program always takes the same course.
 */
export interface VirtualTime {
  /** Milliseconds since the beginning. */
  readonly nowMs: number;
  /** Does it when the time has come; the result calls it off. */
  at(ms: number, happen: () => void): () => void;
  /** Resolves after `ms`. */
  after(ms: number): Promise<void>;
  /**
   * Lets happen what is due until the promise is settled. Rejects where that takes more virtual time than `msMax`, or nothing is left
   * that could settle it.
   */
  until<T>(promise: Promise<T>, msMax: number): Promise<T>;
  /** Nothing of what is due happens any more. */
  end(): void;
}

interface Due {
  readonly ms: number;
  readonly order: number;
  happen: (() => void) | null;
}

export function createVirtualTime(): VirtualTime {
  const heap: Due[] = [];
  let nowMs = 0;
  let order = 0;

  function at(ms: number, happen: () => void): () => void {
    const due: Due = { ms: Math.max(ms, nowMs), order: order++, happen };
    if (ms < Infinity) push(heap, due);
    return () => {
      due.happen = null;
    };
  }

  function next(): Due {
    for (let due = pop(heap); due !== null; due = pop(heap)) if (due.happen !== null) return due;
    throw new Error("Nothing is left that could happen, and somebody waits");
  }

  return {
    get nowMs() {
      return nowMs;
    },
    at,
    end: () => {
      heap.length = 0;
    },
    after: (ms) => new Promise((resolve) => void at(nowMs + ms, resolve)),
    until: async (promise, msMax) => {
      const endMs = nowMs + msMax;
      let isSettled = false;
      const settle = (): void => {
        isSettled = true;
      };
      promise.then(settle, settle);
      for (;;) {
        await turn();
        if (isSettled) return promise;
        const due = next();
        nowMs = due.ms;
        if (nowMs > endMs) throw new Error(`It takes more than ${msMax} virtual milliseconds`);
        due.happen?.();
      }
    },
  };
}

/** Over when every promise that could be settled is. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Due, b: Due): boolean {
  return a.ms < b.ms || (a.ms === b.ms && a.order < b.order);
}

function push(heap: Due[], due: Due): void {
  let at = heap.length;
  heap.push(due);
  while (at > 0) {
    const parentAt = (at - 1) >> 1;
    const parent = heap[parentAt];
    if (parent === undefined || !isBefore(due, parent)) break;
    heap[at] = parent;
    at = parentAt;
  }
  heap[at] = due;
}

function pop(heap: Due[]): Due | null {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first ?? null;
  let at = 0;
  for (;;) {
    const childAt = earlierChild(heap, at);
    const child = heap[childAt];
    if (child === undefined || !isBefore(child, last)) break;
    heap[at] = child;
    at = childAt;
  }
  heap[at] = last;
  return first;
}

function earlierChild(heap: readonly Due[], at: number): number {
  const left = heap[2 * at + 1];
  const right = heap[2 * at + 2];
  return left !== undefined && right !== undefined && isBefore(right, left)
    ? 2 * at + 2
    : 2 * at + 1;
}
