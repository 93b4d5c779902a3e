/** What every command may end with. */
export const EXIT = { ok: 0, failure: 1, usage: 2, configuration: 78 } as const;
