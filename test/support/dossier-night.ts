import { readDossier, type ReadDossier } from "../../src/correlate/dossier/read.ts";
import { factsOf } from "../../src/normalize/normalizers.ts";
import { aPolicy } from "./correlate.ts";
import { createTestLine, type TestLine } from "./correlate-line.ts";
import {
  lateDeletion,
  night,
  NIGHT,
  nightGap,
  NIGHT_SOURCES,
  normalizers,
} from "./dossier-records.ts";

/** The night, sealed; then what was late, and what that changed, sealed as well. */
export function sealedNight(): TestLine {
  const line = createTestLine({
    sources: NIGHT_SOURCES,
    factsOf: (event) => factsOf(normalizers, event),
  });
  const passed = (minutes: number): void => {
    const watermark = NIGHT + minutes * 60_000_000;
    const sources = NIGHT_SOURCES.map((source) => ({ source, watermark }));
    line.advance({ evidence: watermark, sources });
  };
  line.feed(night(), nightGap());
  passed(100);
  line.feed(lateDeletion());
  passed(200);
  return line;
}

export function readNight(line: TestLine): ReadDossier {
  const options = { policy: aPolicy(), sources: NIGHT_SOURCES, now: NIGHT + 1e12 };
  const [id = ""] = line.ledger.grants.all().map(([, grant]) => grant.id);
  const read = readDossier(line.ledger, id, options);
  if (read === null) throw new Error(`Cannot find grant "${id}"`);
  return read;
}
