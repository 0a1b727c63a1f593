import { isObject } from '../../protocol/json-object.js';
import type { JsonObject, JsonValue } from '../../protocol/messages.js';
import { toIso } from '../datetime.js';
import type { TimeRange } from '../stream-slice.js';
import { toMark } from './cursor-mark.js';
import { ListNames } from './list-names.js';

/** A range that stays open although it was read: records of it are missing. */
export interface ShortRange extends TimeRange {
  /** The lists that were short, or not there. */
  readonly lists: ListNames;
  /** Syncs in a row that have left it open. */
  readonly times: number;
}

/** As a state says it. Entries that cannot be read are left out: a range that is short again is then left open once more. */
export function parseShort(value: JsonValue | undefined): ShortRange[] {
  return (Array.isArray(value) ? value : []).flatMap((entry) => {
    const range = isObject(entry) ? entry : {};
    const start = toMark(range['start']);
    const end = toMark(range['end']);
    if (start === undefined || end === undefined) return [];
    const lists = range['lists'] === undefined ? ListNames.own() : ListNames.parse(range['lists']);
    const times = typeof range['times'] === 'number' ? range['times'] : 1;
    return [{ start: start.time, end: end.time, lists, times }];
  });
}

export function printShort({ start, end, lists, times }: ShortRange): JsonObject {
  const names = lists.exceeds(ListNames.own()) ? lists.print() : undefined;
  return {
    start: toIso(start),
    end: toIso(end),
    ...(names === undefined ? {} : { lists: names }),
    ...(times === 1 ? {} : { times }),
  };
}

/** Joins ranges that touch, as far as the same is said of them. */
export function mergeShort(ranges: readonly ShortRange[]): ShortRange[] {
  const merged: ShortRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || range.start > last.end || !isSame(last, range)) merged.push(range);
    else merged[merged.length - 1] = { ...last, end: Math.max(last.end, range.end) };
  }
  return merged;
}

function isSame(a: ShortRange, b: ShortRange): boolean {
  return a.times === b.times && JSON.stringify(a.lists.print()) === JSON.stringify(b.lists.print());
}
