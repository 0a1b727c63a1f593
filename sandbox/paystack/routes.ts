import { LIST_ENDPOINTS } from './endpoints.js';
import type { ListEndpoint } from './endpoints.js';

export interface Route {
  readonly endpoint: ListEndpoint;
  readonly parentKey?: string;
}

export function findRoute(path: string): Route | undefined {
  const parts = path.split('/');
  for (const endpoint of LIST_ENDPOINTS) {
    const wanted = endpoint.path.split('/');
    if (wanted.length !== parts.length) continue;
    if (!wanted.every((part, i) => part === '{id}' || part === parts[i])) continue;
    const parentKey = parts[wanted.indexOf('{id}')];
    return parentKey === undefined ? { endpoint } : { endpoint, parentKey: decodeURIComponent(parentKey) };
  }
  return undefined;
}
