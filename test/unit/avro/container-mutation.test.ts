import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openContainerFile } from "../../../src/avro/container-file.ts";
import { readContainerFile } from "../../../src/avro/container-read.ts";
import type { ContainerFault } from "../../../src/avro/container.ts";
import { EVENT_SCHEMA } from "../../../src/avro/event.ts";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import { someEntries } from "../../support/entries.ts";
import { fuzzRuns } from "../../support/fuzz.ts";
import { mutate, mutations } from "../../support/mutate.ts";

const PATH = "/events.avro";
const ENTRIES = someEntries(6);
const IDS = ENTRIES.map(({ id }) => id);

describe("archived events in a file whose later blocks were damaged", () => {
  it("are read as they were written up to the damage, which is told; none is made up", async () => {
    const whole = createFaultyDisk();
    const file = await openContainerFile(whole.disk, PATH, {
      schema: EVENT_SCHEMA,
      codec: "zstandard",
    });
    const ends: number[] = [];
    for (const { encoded } of ENTRIES) {
      await file.append([encoded]);
      ends.push(file.sizeBytes);
    }
    await file.close();
    const bytes = Buffer.from(whole.bytes(PATH));
    await fc.assert(
      fc.asyncProperty(fc.nat(4), mutations, async (sound, changes) => {
        const from = ends[sound] ?? 0;
        const damaged = Buffer.concat([
          bytes.subarray(0, from),
          mutate(bytes.subarray(from), changes, bytes),
        ]);
        whole.corrupt(PATH, () => damaged);
        const faults: ContainerFault[] = [];
        const ids: string[] = [];
        for await (const { value } of readContainerFile<AuditEvent>(whole.disk, PATH, {
          schema: EVENT_SCHEMA,
          onFault: (fault) => faults.push(fault),
        }))
          ids.push(value.id);
        expect(ids.slice(0, sound + 1)).toEqual(IDS.slice(0, sound + 1));
        for (const id of ids) expect(IDS).toContain(id);
        for (const { offsetBytes } of faults) expect(offsetBytes).toBeGreaterThanOrEqual(from);
      }),
      { numRuns: fuzzRuns(60) },
    );
  });
});
