/** One attribute of OTLP: where its value comes from, and what it says. Null and empty lists are left out. */
export type Attribute<Subject> = {
  readonly key: string;
  /** Path of the value in the JSON form of an event. */
  readonly field: string;
  readonly doc: string;
} & (
  | { readonly type: "string"; readonly read: (subject: Subject) => string | null }
  | { readonly type: "string[]"; readonly read: (subject: Subject) => readonly string[] }
  | { readonly type: "int"; readonly read: (subject: Subject) => number | null }
  | { readonly type: "boolean"; readonly read: (subject: Subject) => boolean | null }
);

/** Rows as a table states them: field, how it is read, what it says; by the attribute's key. */
type Rows<Subject, Value> = Readonly<
  Record<string, readonly [field: string, read: (subject: Subject) => Value, doc: string]>
>;

export function strings<Subject>(
  rows: Rows<Subject, string | null>,
): readonly Attribute<Subject>[] {
  return Object.entries(rows).map(([key, [field, read, doc]]) => {
    return { key, type: "string", field, read, doc };
  });
}

export function lists<Subject>(
  rows: Rows<Subject, readonly string[]>,
): readonly Attribute<Subject>[] {
  return Object.entries(rows).map(([key, [field, read, doc]]) => {
    return { key, type: "string[]", field, read, doc };
  });
}

/** Whole numbers that are exact as such. */
export function ints<Subject>(rows: Rows<Subject, number | null>): readonly Attribute<Subject>[] {
  return Object.entries(rows).map(([key, [field, read, doc]]) => {
    return { key, type: "int", field, read, doc };
  });
}

export function booleans<Subject>(
  rows: Rows<Subject, boolean | null>,
): readonly Attribute<Subject>[] {
  return Object.entries(rows).map(([key, [field, read, doc]]) => {
    return { key, type: "boolean", field, read, doc };
  });
}
