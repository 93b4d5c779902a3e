/** One sample of Prometheus' text format. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * What of the conservation identities (src/model/metric.ts) does not hold in the text of `/metrics`; empty when all do. They are
 * about one process: its counters begin at its start.
 */
export function brokenIdentities(text: string): readonly string[] {
  const samples = text.split("\n").flatMap(sampleOf);
  const broken: string[] = [];

  function sums(label: string, total: string, parts: readonly string[], name: string): void {
    const left = valueOf(samples, total, label, name);
    const right = parts.map((part) => valueOf(samples, part, label, name));
    const sum = right.reduce((a, b) => a + b, 0);
    if (left !== sum)
      broken.push(`${label} "${name}": ${total} is ${left}, not ${right.join(" + ")}`);
  }

  for (const source of labelsOf(samples, "source"))
    sums(
      "source",
      "chaperone_records_read_total",
      [
        "chaperone_records_accepted_total",
        "chaperone_records_ignored_total",
        "chaperone_records_duplicate_total",
      ],
      source,
    );
  for (const pipeline of labelsOf(samples, "pipeline"))
    sums(
      "pipeline",
      "chaperone_pipeline_matched_total",
      [
        "chaperone_pipeline_delivered_total",
        "chaperone_pipeline_quarantined_total",
        "chaperone_pipeline_waiting",
      ],
      pipeline,
    );
  return broken;
}

function valueOf(samples: readonly Sample[], metric: string, label: string, name: string): number {
  return samples.find((one) => one.name === metric && one.labels[label] === name)?.value ?? 0;
}

function labelsOf(samples: readonly Sample[], label: string): readonly string[] {
  return [
    ...new Set(
      samples
        .filter(({ name }) => name.startsWith("chaperone_"))
        .flatMap(({ labels }) => labels[label] ?? []),
    ),
  ];
}

function sampleOf(line: string): readonly Sample[] {
  const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (match === null) return [];
  const [, name = "", labels = "", value = ""] = match;
  const pairs = [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, key = "", text = ""]) => [
    key,
    text,
  ]);
  return [
    { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) },
  ];
}
