import { join } from "node:path";
import { namesIn } from "../../forward/quarantine/files.ts";
import type { QuarantineFilter } from "../../forward/quarantine/read.ts";
import { systemCode } from "../../model/error.ts";
import { loadDocument, saveDocument } from "../../platform/document.ts";
import type { Disk } from "../../ports/disk.ts";
import { answerIn } from "./answer.ts";
import type { RedriveAnswer } from "./answer.ts";

/**
 * Orders to redrive, for the process that uses the data directory: `<id>.request.json`, put there by a command, and
 * `<id>.answer.json`, written again and again by the process while it works. The folder is its owner's alone, which is what makes an
 * order one. The command takes both away, the request first; a request that is gone is withdrawn.
 */
const REQUEST = /^([\w-]{1,64})\.request\.json$/;
const ANSWER = /^([\w-]{1,64})\.answer\.json$/;

/** Orders and answers that one look brings, and bytes of a document. */
const LISTED_MAX = 1_000;
const DOCUMENT_BYTES_MAX = 1024 * 1024;

export interface RedriveRequests {
  /** Ids of what is asked for, and of answers whose request is not there: of each kind the first ones, where they are very many. */
  list(): Promise<{ readonly requests: readonly string[]; readonly abandoned: readonly string[] }>;
  /** Resolves when it is durable. */
  ask(id: string, filter: QuarantineFilter): Promise<void>;
  isAsked(id: string): Promise<boolean>;
  /** Null for what is no request that this version understands. */
  filterOf(id: string): Promise<QuarantineFilter | null>;
  answer(id: string, answer: RedriveAnswer): Promise<void>;
  /** Null where there is none, or none that can be read. */
  answerOf(id: string): Promise<RedriveAnswer | null>;
  /** Takes away the request, then the answer. */
  remove(id: string): Promise<void>;
  /** Takes away the answer alone: a request that came meanwhile stays. */
  removeAnswer(id: string): Promise<void>;
}

export function createRedriveRequests(disk: Disk, folder: string): RedriveRequests {
  const requestPath = (id: string): string => join(folder, `${id}.request.json`);
  const answerPath = (id: string): string => join(folder, `${id}.answer.json`);

  async function sizeOf(path: string): Promise<number | null> {
    try {
      return await disk.sizeBytes(path);
    } catch (error) {
      if (systemCode(error) === "ENOENT") return null;
      throw error;
    }
  }

  async function load(path: string): Promise<unknown> {
    const sizeBytes = await sizeOf(path);
    if (sizeBytes === null || sizeBytes > DOCUMENT_BYTES_MAX) return null;
    const loaded = await loadDocument(disk, path);
    return loaded.status === "loaded" ? loaded.content : null;
  }

  async function unlink(path: string): Promise<void> {
    try {
      await disk.unlink(path);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
    }
  }

  return {
    list: async () => {
      const names = await namesIn(disk, folder);
      const ids = (pattern: RegExp): readonly string[] =>
        names.flatMap((name) => pattern.exec(name)?.[1] ?? []);
      const requests = ids(REQUEST);
      const asked = new Set(requests);
      const abandoned = ids(ANSWER).filter((id) => !asked.has(id));
      return { requests: requests.slice(0, LISTED_MAX), abandoned: abandoned.slice(0, LISTED_MAX) };
    },
    ask: async (id, filter) => {
      await disk.makeFolder(folder);
      await saveDocument(disk, requestPath(id), { filter });
    },
    isAsked: async (id) => (await sizeOf(requestPath(id))) !== null,
    filterOf: async (id) => filterIn(await load(requestPath(id))),
    answer: (id, answer) => saveDocument(disk, answerPath(id), answer),
    answerOf: async (id) => answerIn(await load(answerPath(id))),
    remove: async (id) => {
      await unlink(requestPath(id));
      await unlink(answerPath(id));
    },
    removeAnswer: (id) => unlink(answerPath(id)),
  };
}

const KEYS = ["pipeline", "eventId", "cause"] as const;

/** A key that is not known could be one that narrows: such a request is not taken for a wider one. */
function filterIn(content: unknown): QuarantineFilter | null {
  if (typeof content !== "object" || content === null || !("filter" in content)) return null;
  const { filter } = content;
  if (typeof filter !== "object" || filter === null || Array.isArray(filter)) return null;
  const isKnown = Object.entries(filter).every(
    ([key, value]) => KEYS.some((known) => known === key) && typeof value === "string",
  );
  return isKnown ? filter : null;
}
