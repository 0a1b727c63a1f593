import type { FieldPath } from '../components.js';

/** The keys of a page that are looked for, as assembly/json-scanner.ts reads them: see `Key` there. */
export interface KeyTable {
  /** To be put at the address for which the table was made. */
  readonly bytes: Buffer;
  /** Address of the first key on the way to the list; 0 if the list is the document itself. */
  readonly path: number;
  /** Address of the first key whose value is captured, or leads to one; 0 for none. */
  readonly captured: number;
}

/** A key of an object: where the values behind it are wanted, and what is looked for in them. */
interface KeyNode {
  readonly key: string;
  /** Places of the value in an entry; none for a key that only leads on. */
  readonly places: readonly number[];
  readonly children: readonly KeyNode[];
}

const NUMBER_BYTES = 4;
/** Of an entry: its own start and end, then those of the value at each place. */
const RANGE_BYTES = 8;

/** @returns the keys for some paths below a prefix; the value at paths[i] has place i */
function keyTree(paths: readonly FieldPath[], prefix: FieldPath = []): KeyNode[] {
  const depth = prefix.length;
  const below = paths
    .map((path, place) => ({ path, place }))
    .filter(({ path }) => path.length > depth && prefix.every((key, i) => path[i] === key));
  return [...new Set(below.map(({ path }) => path[depth] ?? ''))].map((key) => ({
    key,
    places: below
      .filter(({ path }) => path.length === depth + 1 && path[depth] === key)
      .map(({ place }) => place),
    children: keyTree(paths, [...prefix, key]),
  }));
}

/** The keys on the way to the list, each the only child of the one before. */
function keysOfPath([key, ...others]: FieldPath): KeyNode[] {
  return key === undefined ? [] : [{ key, places: [], children: keysOfPath(others) }];
}

/**
 * @param path keys down to the list
 * @param capture paths of the values that are wanted from each record
 * @param address of the table
 */
export function keyTable(path: FieldPath, capture: readonly FieldPath[], address: number): KeyTable {
  const parts: Buffer[] = [];
  let size = 0;
  /** @returns the address of some bytes, behind all that have been put so far */
  const put = (bytes: Buffer): number => {
    parts.push(bytes);
    size += bytes.length;
    return address + size - bytes.length;
  };
  const putNumbers = (numbers: readonly number[]): number => {
    put(Buffer.alloc(-size & (NUMBER_BYTES - 1)));
    const bytes = Buffer.alloc(numbers.length * NUMBER_BYTES);
    numbers.forEach((number, i) => bytes.writeInt32LE(number, i * NUMBER_BYTES));
    return put(bytes);
  };
  /** From the last one on, so that each knows where the next one is. @returns the address of the first one; 0 for none */
  const putKeys = (nodes: readonly KeyNode[]): number =>
    nodes.reduceRight((next, { key, places, children }) => {
      const text = Buffer.from(JSON.stringify(key).slice(1, -1));
      const offsets = places.map((place) => RANGE_BYTES * (place + 1));
      return putNumbers([
        put(text),
        text.length,
        next,
        putKeys(children),
        putNumbers(offsets),
        places.length,
      ]);
    }, 0);
  const table = { path: putKeys(keysOfPath(path)), captured: putKeys(keyTree(capture)) };
  return { ...table, bytes: Buffer.concat(parts) };
}
