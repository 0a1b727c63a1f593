import { isJsonObject, scalarText, toJsonText, valueAt } from './json-text.js';
import type { Json, JsonObject } from './json-text.js';
import { UPDATED_TIME } from './record-types.js';
import type {
  FieldFilter,
  Generator,
  RecordStore,
  Selection,
  SelectOptions,
  StoredRecord,
  TimeRange,
} from './record-types.js';

export type * from './record-types.js';

/** Every third record is written in ASCII with escaped slashes, the others in UTF-8. */
function isAscii(index: number): boolean {
  return index % 3 === 0;
}

function isSame(value: Json | undefined, wanted: string): boolean {
  const text = scalarText(value);
  if (text === wanted) return true;
  return (wanted === 'true' && text === '1') || (wanted === 'false' && text === '0');
}

/** A time without a zone is UTC. */
function timeOfText(value: Json | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  const time = Date.parse(/T[^Z+-]*$/.test(value) ? `${value}Z` : value);
  return Number.isNaN(time) ? undefined : time;
}

const CREATED_FIELDS = ['createdAt', 'created_at', 'authorized_at'];

function createdOf(record: JsonObject): number | undefined {
  for (const field of CREATED_FIELDS) {
    const time = timeOfText(record[field]);
    if (time !== undefined) return time;
  }
  return undefined;
}

export function createRecordStore(generator: Generator, parentId?: string): RecordStore {
  const { count, timeline } = generator;
  const addedTimes: number[] = [];
  const changes = new Map<number, JsonObject>();
  const touched = new Map<number, number>();
  const removed = new Set<number>();
  const filtered = new Map<string, readonly number[]>();
  const sums = new Map<string, number>();

  const total = (): number => count + addedTimes.length;
  const createdAt = (index: number): number => addedTimes[index - count] ?? timeline?.at(index) ?? 0;
  const isHidden = (index: number): boolean => generator.isHidden?.(index) ?? false;

  function value(index: number): Json {
    const built = generator.build(index, createdAt(index));
    const change = changes.get(index);
    return change !== undefined && isJsonObject(built) ? { ...built, ...change } : built;
  }

  function fieldOf(index: number, path: string): Json | undefined {
    const shortcut = generator.fields?.[path];
    return shortcut === undefined || changes.has(index) ? valueAt(value(index), path) : shortcut(index);
  }

  function isInRange(index: number, { path, lower = -Infinity, upper = Infinity }: TimeRange): boolean {
    const time =
      path === UPDATED_TIME
        ? (touched.get(index) ??
          (index < count ? generator.updatedAt?.(index) : undefined) ??
          createdAt(index))
        : timeOfText(fieldOf(index, path));
    return time !== undefined && time >= lower && time < upper;
  }

  function idOf(index: number): string {
    return scalarText(changes.get(index)?.['id']) ?? generator.id(index);
  }

  const textOf = (index: number): string => toJsonText(value(index), isAscii(index));

  function record(index: number): StoredRecord {
    const json = textOf(index);
    return {
      id: idOf(index),
      json,
      parsed: JSON.parse(json) as unknown,
      createdMs: createdAt(index),
      hidden: isHidden(index),
      ...(parentId === undefined ? {} : { parentId }),
    };
  }

  /** `head` first, then the indices below `high` down to `low`. */
  function selection(head: readonly number[], low: number, high: number, name: string): Selection {
    const size = head.length + Math.max(0, high - low);
    const indexAt = (position: number): number => head[position] ?? high - 1 - (position - head.length);
    /** The first position that `isBehind` no longer holds for. */
    function search(isBehind: (index: number) => boolean): number {
      let from = 0;
      let to = size;
      while (from < to) {
        const middle = (from + to) >>> 1;
        if (isBehind(indexAt(middle))) from = middle + 1;
        else to = middle;
      }
      return from;
    }
    return {
      count: size,
      json: (position) => textOf(indexAt(position)),
      id: (position) => idOf(indexAt(position)),
      record: (position) => record(indexAt(position)),
      positionOf(id) {
        const wanted = BigInt(id);
        return search((index) => BigInt(idOf(index)) > wanted);
      },
      index: indexAt,
      positionAt: (wanted) => search((index) => index > wanted),
      sum(path) {
        const key = `${path} ${name}`;
        let result = sums.get(key);
        if (result === undefined) {
          result = 0;
          for (let i = 0; i < size; i += 1) result += Number(scalarText(fieldOf(indexAt(i), path)) ?? 0);
          sums.set(key, result);
        }
        return result;
      },
    };
  }

  function matchingIndices(
    filters: readonly FieldFilter[],
    ranges: readonly TimeRange[],
    includeHidden: boolean,
  ): readonly number[] {
    const key = JSON.stringify([filters, ranges, includeHidden]);
    const known = filtered.get(key);
    if (known !== undefined) return known;
    const indices: number[] = [];
    for (let index = total() - 1; index >= 0; index -= 1) {
      if (removed.has(index) || (!includeHidden && isHidden(index))) continue;
      const matches =
        ranges.every((range) => isInRange(index, range)) &&
        filters.every((filter) => filter.paths.some((path) => isSame(fieldOf(index, path), filter.value)));
      if (matches) indices.push(index);
    }
    filtered.set(key, indices);
    return indices;
  }

  function select(options: SelectOptions): Selection {
    const { lower = -Infinity, upper = Infinity, filters = [], ranges = [], includeHidden = false } = options;
    const inRange = (index: number): boolean => createdAt(index) >= lower && createdAt(index) < upper;
    const name = JSON.stringify([String(lower), String(upper), filters, ranges, includeHidden]);
    const isFiltered = filters.length > 0 || ranges.length > 0 || removed.size > 0;
    if (isFiltered || (!includeHidden && generator.isHidden !== undefined)) {
      return selection(matchingIndices(filters, ranges, includeHidden).filter(inRange), 0, 0, name);
    }
    const added = addedTimes.map((_, i) => total() - 1 - i).filter(inRange);
    const low = lower === -Infinity || timeline === undefined ? 0 : timeline.lowerBound(lower);
    const high = upper === Infinity || timeline === undefined ? count : timeline.lowerBound(upper);
    return selection(added, low, high, name);
  }

  function changed(): void {
    filtered.clear();
    sums.clear();
  }

  function indexOf(id: string): number | undefined {
    const known = generator.indexOf?.(id);
    if (known !== undefined && known < count && idOf(known) === id)
      return removed.has(known) ? undefined : known;
    const lowest = generator.indexOf === undefined ? 0 : count;
    for (let index = total() - 1; index >= lowest; index -= 1) {
      if (idOf(index) === id && !removed.has(index)) return index;
    }
    return undefined;
  }

  function existing(id: string): number {
    const index = indexOf(id);
    if (index === undefined) throw new Error(`the sandbox has no record with id ${id}`);
    return index;
  }

  let lastTouched = timeline?.end ?? 0;
  return {
    all: () => select({ includeHidden: true }),
    select,
    value,
    add(fields) {
      const index = total();
      const usual = index === 0 ? (timeline?.end ?? 0) : createdAt(index - 1) + 1000;
      addedTimes.push(createdOf(fields) ?? usual);
      changes.set(index, fields);
      changed();
      return record(index);
    },
    indexOf,
    find(id) {
      const index = indexOf(id);
      return index === undefined ? undefined : record(index);
    },
    update(id, fields, updatedMs = lastTouched + 1000) {
      const index = existing(id);
      lastTouched = Math.max(lastTouched, updatedMs);
      touched.set(index, updatedMs);
      changes.set(index, { ...changes.get(index), ...fields });
      changed();
      return record(index);
    },
    remove(id) {
      removed.add(existing(id));
      changed();
    },
  };
}
