/** What a person sees while streams are read, as lines of text. */
import type { StreamProgress } from '../declarative/streams/stream-progress.js';
import { counted, grouped } from '../protocol/figures.js';
import { clock, colored, cut, table } from './text.js';
import type { Cell, Column } from './text.js';

/** A stream at one moment. */
export interface StreamView {
  readonly progress: StreamProgress;
  /** Records a second, of the last seconds. */
  readonly rate: number;
  /** ms until the API's limit lets requests through again; 0 if they do get through. */
  readonly limitedFor: number;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
  readonly hasColor: boolean;
}

/** The first column is cut and the others are left out by rank where the terminal is narrow. */
const COLUMNS: readonly Column[] = [
  { title: 'stream', align: 'left', rank: 0 },
  { title: 'records', align: 'right', rank: 0 },
  { title: 'per second', align: 'right', rank: 3 },
  { title: 'requests', align: 'right', rank: 2 },
  { title: 'state', align: 'left', rank: 1 },
];

/** Lines besides those of the streams: the totals, the heads of the columns, what is left out. */
const OTHER_LINES = 3;
/** A line more would scroll what stands above. */
const FREE_LINES = 1;

function stateOf({ progress: { state }, limitedFor }: StreamView): Cell {
  if (state === 'complete') return { text: 'done', color: 'green' };
  if (state === 'incomplete') return { text: 'failed', color: 'red' };
  if (limitedFor > 0) {
    return { text: `API limit, ${Math.ceil(limitedFor / 1000)} s`, color: 'yellow' };
  }
  return state === 'waiting' ? { text: 'waiting', color: 'dim' } : { text: 'reading' };
}

function rowOf(view: StreamView): Cell[] {
  const { name, records, requests, endedAt } = view.progress;
  return [
    { text: name },
    { text: grouped(records) },
    { text: endedAt === undefined && view.rate > 0 ? grouped(view.rate) : '' },
    { text: grouped(requests) },
    stateOf(view),
  ];
}

/** Streams that are worth a line come first: those that are read, then failed, waiting and done ones. */
function urgency({ progress: { state } }: StreamView): number {
  return ['reading', 'incomplete', 'waiting', 'complete'].indexOf(state);
}

function leftOut(views: readonly StreamView[]): string {
  const of = (state: StreamProgress['state']) =>
    views.filter(({ progress }) => progress.state === state).length;
  const parts = [
    [of('reading'), 'reading'],
    [of('waiting'), 'waiting'],
    [of('complete'), 'done'],
    [of('incomplete'), 'failed'],
  ] as const;
  const named = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return `and ${named.join(', ')}`;
}

/**
 * @param elapsed ms since the read began
 * @returns lines that are shorter than the terminal is wide, and fewer than it is high
 */
export function progressLines(views: readonly StreamView[], elapsed: number, size: Size): string[] {
  const width = Math.max(1, size.columns - 1);
  const room = size.rows - FREE_LINES;
  const sum = (of: (view: StreamView) => number) => views.reduce((total, view) => total + of(view), 0);
  const ended = views.filter(({ progress }) => progress.endedAt !== undefined).length;
  const retries = sum(({ progress }) => progress.retries);
  const totals = [
    clock(elapsed),
    counted(
      sum(({ progress }) => progress.records),
      'record',
    ),
    `${ended} of ${counted(views.length, 'stream')}`,
    `${grouped(sum(({ rate }) => rate))} per second`,
    counted(
      sum(({ progress }) => progress.requests),
      'request',
    ),
    ...(retries === 0 ? [] : [retries === 1 ? '1 retry' : `${grouped(retries)} retries`]),
  ];
  while (totals.length > 1 && totals.join(' · ').length > width) totals.pop();
  const head = cut(totals.join(' · '), width);

  const most = views.length <= room - OTHER_LINES + 1 ? views.length : Math.max(0, room - OTHER_LINES);
  const chosen = new Set([...views].sort((a, b) => urgency(a) - urgency(b)).slice(0, most));
  const shown = views.filter((view) => chosen.has(view));
  const rest = views.filter((view) => !chosen.has(view));
  const rows = shown.length === 0 ? [] : table(COLUMNS, shown.map(rowOf), width, size.hasColor);
  const more = rest.length === 0 ? [] : [colored(cut(leftOut(rest), width), 'dim', size.hasColor)];
  return [head, ...rows, ...more].slice(0, Math.max(1, room));
}
