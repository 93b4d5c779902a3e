import { archiveDiskFull } from "./faults/archive-disk-full.ts";
import { backlog } from "./faults/backlog.ts";
import { damagedCheckpoint, damagedCursor, damagedLedger } from "./faults/damage.ts";
import { damagedSegment } from "./faults/damaged-segment.ts";
import {
  answerLost,
  outage,
  status400,
  status401,
  status503,
  twoDestinations,
} from "./faults/destination.ts";
import { diskFull, diskFullKill } from "./faults/disk-full.ts";
import { journalFull } from "./faults/journal-full.ts";
import { kill9, kill9Outage, kill9Rotation, noKill, rotation } from "./faults/kill.ts";
import { longLine } from "./faults/long-line.ts";
import { memoryLimit } from "./faults/memory-limit.ts";
import { clockJumps, sigstop } from "./faults/process.ts";
import { brokerKilled, collectorFull, collectorKilled } from "./faults/servers.ts";
import type { Row } from "./row.ts";

/** Every row, in the order of the table. */
export const ROWS: readonly Row[] = [
  noKill,
  rotation,
  kill9,
  kill9Rotation,
  status503,
  status400,
  status401,
  longLine,
  outage,
  kill9Outage,
  backlog,
  twoDestinations,
  answerLost,
  diskFull,
  diskFullKill,
  archiveDiskFull,
  journalFull,
  damagedSegment,
  damagedCheckpoint,
  damagedCursor,
  damagedLedger,
  clockJumps,
  sigstop,
  memoryLimit,
  collectorKilled,
  collectorFull,
  brokerKilled,
];
