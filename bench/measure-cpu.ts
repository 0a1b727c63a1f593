import { digestOutput } from './digest.js';
import type { OutputDigest } from './digest.js';
import { installFarosCdk, installPythonCdk } from './prepare.js';
import type { Availability } from './prepare.js';
import { runAndConsume, runAndCount } from './program.js';
import type { Program, RunTimes } from './program.js';
import { connector, farosSource, pythonSource, smallProgram } from './programs.js';
import { atMost } from './rows.js';
import type { MeasureOptions, Measurement, Row } from './rows.js';
import { withServer } from './server-process.js';
import type { ServerProcess } from './server-process.js';
import { alternate, median, printRatio, ratioOf } from './statistics.js';

/** Requests that the others have at a time: enough that none waits for the server. */
const CONNECTIONS = 10;

interface Rival {
  readonly program: Program;
  readonly rounds: number;
  /** What the rows are called. */
  readonly what: string;
  /** Highest ratio of the connector's CPU time to the rival's; undefined where there is none to reach. */
  readonly target: number | undefined;
  readonly targetText: string;
  /** Whether the rival writes the same bytes of data, not only the same records. */
  readonly sameBytes: boolean;
}

interface Comparison {
  readonly row: Row;
  readonly note: string;
}

/** Runs each program once, which also fills the server's memory, and compares what they wrote. */
async function digestsOf(
  programs: readonly Program[],
  size: number,
  options: MeasureOptions,
): Promise<Map<Program, OutputDigest>> {
  const digests = new Map<Program, OutputDigest>();
  for (const program of programs) {
    options.progress(`what ${program.name} writes`);
    const { result } = await runAndConsume(program, digestOutput);
    if (result.records !== size) {
      throw new Error(`${program.name} wrote ${result.records} records instead of ${size}`);
    }
    digests.set(program, result);
  }
  return digests;
}

function requireSame(
  ours: OutputDigest | undefined,
  theirs: OutputDigest | undefined,
  { program, sameBytes }: Rival,
): void {
  const isSame =
    ours !== undefined &&
    theirs !== undefined &&
    ours.references === theirs.references &&
    (!sameBytes || ours.data === theirs.data);
  if (!isSame) throw new Error(`${program.name} did not write the records that the connector wrote`);
}

async function compare(
  ours: Program,
  rival: Rival,
  size: number,
  megabytes: number,
  { progress }: MeasureOptions,
): Promise<Comparison> {
  const times = await alternate(rival.rounds, [ours, rival.program], async (program) => {
    progress(`CPU time of ${program.name}`);
    return runAndCount(program, size);
  });
  const valuesOf = (program: Program, value: (times: RunTimes) => number): number[] =>
    (times.get(program) ?? []).map(value);
  const ratio = ratioOf(
    valuesOf(ours, ({ cpuSeconds }) => cpuSeconds),
    valuesOf(rival.program, ({ cpuSeconds }) => cpuSeconds),
  );
  const perRecord = (program: Program): string =>
    `${((median(valuesOf(program, ({ cpuSeconds }) => cpuSeconds)) / size) * 1e6).toFixed(1)} µs`;
  const speed = (program: Program): string => {
    const seconds = median(valuesOf(program, (one) => one.seconds));
    return `${program.name} ${Math.round(size / seconds).toLocaleString('en')} records a second (${(megabytes / seconds).toFixed(0)} MB/s)`;
  };
  return {
    row: {
      what: rival.what,
      target: rival.targetText,
      measured: `${printRatio(ratio)} × (${perRecord(ours)} against ${perRecord(rival.program)} a record)`,
      verdict: rival.target === undefined ? 'for comparison' : atMost(ratio.value, rival.target),
    },
    note: `End to end, ${rival.what}: ${speed(ours)}, ${speed(rival.program)}.`,
  };
}

function rivalsOf(
  server: ServerProcess,
  size: number,
  compress: boolean,
  faros: Availability,
  python: Availability,
): Rival[] {
  const wire = compress ? 'compressed pages' : 'plain pages';
  const small = (file: Parameters<typeof smallProgram>[0], what: string, sameBytes: boolean): Rival => ({
    program: smallProgram(file, server, Math.ceil(size / 100), CONNECTIONS),
    rounds: 5,
    what: `CPU, ${wire}: to a program of ${what}`,
    target: 1.5,
    targetText: '≤ 1.5 ×',
    sameBytes,
  });
  const rivals: Rival[] = [
    // Nobody reads an API so; it shows how far down a processor could go.
    {
      ...small('floor', 'bare node:http that copies bytes', true),
      target: undefined,
      targetText: 'none: has no HTTP client',
    },
    small('copying-with-axios', 'axios that copies bytes', true),
    small('copying-with-fetch', 'fetch that copies bytes', true),
    small('parsing', 'fetch, JSON.parse and JSON.stringify', false),
  ];
  // What others do with plain pages tells nothing new.
  if (!compress) return rivals;
  if ('command' in faros) {
    rivals.push({
      program: farosSource(server),
      rounds: 3,
      what: 'CPU, compressed pages: to a source on faros-airbyte-cdk',
      target: 1 / 3,
      targetText: '≤ 1/3',
      sameBytes: false,
    });
  }
  if ('command' in python) {
    rivals.push({
      program: pythonSource(server, python.command),
      rounds: 2,
      what: "CPU, compressed pages: to a source on Airbyte's Python CDK",
      target: 1 / 8,
      targetText: '≤ 1/8 (0.125)',
      sameBytes: false,
    });
  }
  return rivals;
}

function missing(what: string, target: string, availability: Availability): Row[] {
  if ('command' in availability) return [];
  return [{ what, target, measured: availability.missing, verdict: 'not measured' }];
}

async function measureWire(
  compress: boolean,
  size: number,
  tools: { readonly faros: Availability; readonly python: Availability },
  options: MeasureOptions,
): Promise<Comparison[]> {
  const cached = { provider: 'paystack', size, compress, cache: true } as const;
  return withServer(cached, async (server) => {
    const ours = connector(server);
    const rivals = rivalsOf(server, size, compress, tools.faros, tools.python);
    const digests = await digestsOf([ours, ...rivals.map(({ program }) => program)], size, options);
    const megabytes = (digests.get(ours)?.bytes ?? NaN) / 1e6;
    const comparisons: Comparison[] = [];
    for (const rival of rivals) {
      requireSame(digests.get(ours), digests.get(rival.program), rival);
      const one = options.quick ? { ...rival, rounds: 1 } : rival;
      comparisons.push(await compare(ours, one, size, megabytes, options));
    }
    return comparisons;
  });
}

/** What a record costs the processor, start-up and all, compared with other programs that read the same. */
export const cpu: Measurement = {
  name: 'cpu',
  async measure(options) {
    options.progress('installing faros-airbyte-cdk and the Python CDK, the first time');
    const tools = { faros: await installFarosCdk(), python: await installPythonCdk() };
    const size = options.quick ? 20_000 : 100_000;
    const comparisons = [
      ...(await measureWire(true, size, tools, options)),
      ...(await measureWire(false, size, tools, options)),
    ];
    return {
      title: 'CPU time',
      rows: [
        ...comparisons.map(({ row }) => row),
        ...missing('CPU: to a source on faros-airbyte-cdk', '≤ 1/3', tools.faros),
        ...missing("CPU: to a source on Airbyte's Python CDK", '≤ 1/8', tools.python),
      ],
      notes: [
        `User and system time of the whole process for ${size.toLocaleString('en')} transactions of about 1.5 KB, start-up included, by getrusage. The first three have ${CONNECTIONS} connections, find records with Buffer.indexOf and copy them; their output was found to be the same bytes of data, record by record. They do not look whether the bytes are JSON, compare no keys and dates, count nothing, keep no state and try nothing again. The first one does without an HTTP client, too, and is there for comparison: that and the looking is what the connector's ratio to it pays for. The fourth is the least that one would write by hand: it parses each page and prints each record anew, with ${CONNECTIONS} requests at a time. It and the others were found to write the same records. Pages come from a cache, compressed with brotli (gzip for Python), or plain.`,
        ...comparisons.map(({ note }) => note),
      ],
    };
  },
};
