const MIB = 1024 * 1024;
/** The longest line that is kept whole, as in the configuration's default. */
const LINE_BYTES_MAX = 64 * MIB;

/** What somebody who can write one line of a log could try to stop us with; each as long as a line may be, the last one longer. */
export const HOSTILE_LINES: Readonly<Record<string, () => Buffer>> = {
  "an event with a body of one text": () => inBody(Buffer.alloc(LINE_BYTES_MAX, "x"), '"'),
  "an event with a body that is all brackets": () => inBody(brackets(), ""),
  "an event with a body of millions of objects": () => inBody(objects(), ""),
  "an event with a key of its own size": () =>
    inBody(Buffer.alloc(LINE_BYTES_MAX, "k"), '"', ":1}"),
  "an event with millions of groups": () =>
    event(`"annotations":[${'"g",'.repeat((LINE_BYTES_MAX - MIB) / 4)}"g"]`),
  "open brackets alone": () => Buffer.alloc(LINE_BYTES_MAX, "["),
  "a list of objects": () => objects(),
  "NUL bytes behind a letter": () => {
    const line = nulBytes();
    line.write("x");
    return line;
  },
  quotes: () => Buffer.alloc(LINE_BYTES_MAX, '"'),
  "bytes that are no text": () => Buffer.alloc(LINE_BYTES_MAX, 0xff),
  "beginnings of events": () =>
    Buffer.alloc(LINE_BYTES_MAX, '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'),
  "an event that is longer than a line may be": () =>
    Buffer.concat([event(`"requestURI":"${"x".repeat(LINE_BYTES_MAX)}"`)]),
};

/** As a file has where it was truncated under its writer. */
export function nulBytes(): Buffer {
  return Buffer.alloc(LINE_BYTES_MAX);
}

/** An event of ordinary size with its number as audit id. */
export function smallEvent(number: number): Buffer {
  return event(`"requestURI":"/healthz?n=${number}"`);
}

function event(member: string): Buffer {
  return Buffer.from(
    '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete",' +
      `${member},"verb":"get","user":{"username":"system:apiserver"},"requestReceivedTimestamp":"2026-11-22T02:51:20.736383Z"}`,
  );
}

/** An event of the longest size whose body is as much of the filling as fits between the marks. */
function inBody(filling: Buffer, mark: string, after = ""): Buffer {
  const [head = "", tail = ""] = event('"responseObject":@').toString().split("@");
  const open = head + (after === "" ? "" : "{") + mark;
  const close = mark + after + tail;
  const room = LINE_BYTES_MAX - Buffer.byteLength(open) - Buffer.byteLength(close);
  return Buffer.concat([Buffer.from(open), fitted(filling, room), Buffer.from(close)]);
}

/** Nesting has to end; text may be cut anywhere. */
function fitted(filling: Buffer, room: number): Buffer {
  if (filling[0] !== 0x5b) return filling.subarray(0, room);
  const half = Math.floor(room / 2);
  if (filling[1] === 0x5b) return Buffer.concat([Buffer.alloc(half, "["), Buffer.alloc(half, "]")]);
  const count = Math.floor((room - 4) / 3);
  return Buffer.from(`[${"{},".repeat(count)}{}]`);
}

function brackets(): Buffer {
  return Buffer.alloc(LINE_BYTES_MAX, "[");
}

function objects(): Buffer {
  return Buffer.from(`[${"{},".repeat((LINE_BYTES_MAX - 4) / 3)}{}]`);
}
