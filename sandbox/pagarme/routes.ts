import type { TopStream } from './data/streams.js';
import { LIST_ENDPOINTS, READABLE_BY_ID } from './endpoints.js';
import type { ListEndpoint } from './list-endpoint.js';

export interface Route {
  readonly endpoint: ListEndpoint;
  /** Outermost first. */
  readonly parentIds: readonly string[];
  /** Asks for this one record of the list. */
  readonly recordId?: string;
}

/** The ids in a path that fits the pattern. */
function match(pattern: string, path: string): string[] | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const ids: string[] = [];
  for (const [i, part] of given.entries()) {
    if (wanted[i]?.startsWith('{') === true) ids.push(decodeURIComponent(part));
    else if (wanted[i] !== part) return undefined;
  }
  return ids;
}

/** `path` without the API's prefix. The SDK writes some paths with a slash at the end. */
export function findRoute(path: string, isStone: boolean): Route | undefined {
  const plain = path.endsWith('/') ? path.slice(0, -1) : path;
  for (const endpoint of LIST_ENDPOINTS) {
    if ((endpoint.isStone ?? false) !== isStone) continue;
    const parentIds = match(endpoint.path, plain);
    if (parentIds !== undefined) return { endpoint, parentIds };
    if (!READABLE_BY_ID.includes(endpoint.stream as TopStream)) continue;
    const recordId = match(`${endpoint.path}/{id}`, plain)?.[0];
    if (recordId !== undefined) return { endpoint, parentIds: [], recordId };
  }
  return undefined;
}
