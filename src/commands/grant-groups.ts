import type { UnderGrant } from "../correlate/grant-timeline.ts";
import type { Micros } from "../model/time.ts";
import { eventLine } from "./event-line.ts";

/** Events of one person that did the same kind of thing in one place, with the same coverage. */
export interface EventGroup {
  readonly who: string;
  readonly what: string;
  readonly where: string;
  readonly coverage: string;
  readonly count: number;
  readonly first: Micros;
  readonly last: Micros;
}

/** In the order of their first events. */
export function groupEvents(events: Iterable<UnderGrant>): readonly EventGroup[] {
  const groups = new Map<string, EventGroup>();
  for (const { event } of events) {
    const { who, where, coverage } = eventLine(event);
    const { action, target, occurredAt: at } = event;
    const kind = [target.kind, target.subresource].filter((part) => part !== null).join("/");
    const what = kind === "" ? action.name : `${action.name} ${kind}`;
    const key = JSON.stringify([who, what, where, coverage]);
    const known = groups.get(key) ?? { who, what, where, coverage, count: 0, first: at, last: at };
    groups.set(key, { ...known, count: known.count + 1, last: at });
  }
  return [...groups.values()];
}
