/** What a person sees when a read has ended, as lines of text. */
import type { StreamProgress } from '../declarative/streams/stream-progress.js';
import { counted, grouped } from '../protocol/figures.js';
import { colored, table, wrap } from './text.js';
import type { Cell, Column } from './text.js';

export interface Ending {
  /** Unix ms */
  readonly now: number;
  /** The process was asked to stop. */
  readonly isStopped: boolean;
  /** Why the read failed as a whole. */
  readonly failure: string | undefined;
}

const COLUMNS: readonly Column[] = [
  { title: 'stream', align: 'left', rank: 0 },
  { title: 'records', align: 'right', rank: 0 },
  { title: 'requests', align: 'right', rank: 2 },
  { title: 'retries', align: 'right', rank: 4 },
  { title: 'seconds', align: 'right', rank: 3 },
  { title: 'complete', align: 'left', rank: 1 },
];

const INDENT = '  ';

function verdictOf({ state, counted: verdict }: StreamProgress, isStopped: boolean): Cell {
  if (state === 'incomplete') return { text: 'failed', color: 'red' };
  if (state !== 'complete') return { text: isStopped ? 'stopped' : 'not ended', color: 'yellow' };
  if (verdict === 'came short') return { text: 'some are missing', color: 'yellow' };
  return { text: verdict === 'not counted' ? 'yes, not counted' : verdict, color: 'green' };
}

/** Told of a read that somebody has stopped. */
const GOES_ON = 'The last states that were written are good: read again with --state to go on.';

/** @param width columns of the terminal */
export function summaryLines(
  streams: readonly StreamProgress[],
  { now, isStopped, failure }: Ending,
  width: number,
  hasColor: boolean,
): string[] {
  const secondsOf = ({ startedAt, endedAt }: StreamProgress) =>
    startedAt === 0 ? '' : (((endedAt ?? now) - startedAt) / 1000).toFixed(1);
  const rows = streams.map((stream): Cell[] => [
    { text: stream.name },
    { text: grouped(stream.records) },
    { text: grouped(stream.requests) },
    { text: grouped(stream.retries) },
    { text: secondsOf(stream) },
    verdictOf(stream, isStopped),
  ]);
  const failures = streams.flatMap(({ name, failures: sentences }) =>
    [...new Set(sentences)].map((sentence) => `${name}: ${sentence}`),
  );
  if (streams.length === 0 && failure !== undefined) failures.push(failure);

  const done = streams.filter(({ state }) => state === 'complete').length;
  const records = streams.reduce((sum, stream) => sum + stream.records, 0);
  const total = `${done} of ${counted(streams.length, 'stream')} complete, ${counted(records, 'record')}${isStopped ? '; stopped' : ''}`;
  return [
    ...(streams.length === 0 ? [] : table(COLUMNS, rows, width, hasColor)),
    ...(streams.length === 0 ? [] : wrap(total, width)),
    ...(streams.length === 0 || !isStopped ? [] : wrap(GOES_ON, width)),
    ...failures.flatMap((sentence) =>
      wrap(sentence, width - INDENT.length).map((line, i) =>
        colored(i === 0 ? line : INDENT + line, 'red', hasColor),
      ),
    ),
  ];
}
