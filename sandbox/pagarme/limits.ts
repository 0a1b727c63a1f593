import { MINUTE_MS, SECOND_MS } from '../../src/declarative/durations.js';
import { createRateLimiter } from '../rate-limit.js';

/**
 * Requests per minute and route, https://docs.pagar.me/reference/rate-limit. A route with a star counts everything
 * under it together. Routes that the page does not list have no limit per minute here.
 */
export const ROUTE_LIMITS: Readonly<Record<string, number>> = {
  '/orders': 200,
  '/orders/*': 200,
  '/charges': 200,
  '/charges/*': 200,
  '/customers': 200,
  '/customers/*': 200,
  '/subscriptions': 200,
  '/subscriptions/*': 200,
  '/invoices': 200,
  '/invoices/*': 200,
  '/recipients': 100,
  '/recipients/*': 150,
  '/hooks': 50,
  '/hooks/*': 50,
  '/payables': 700,
  '/balance/operations': 300,
};

export interface PagarmeLimits {
  readonly perMinute: Readonly<Record<string, number>>;
  /** Requests per second on top of it. @default 10 for test keys, false for live keys */
  readonly perSecond: number | false;
  /**
   * Test accounts have "10 requests per second on any route". Read as: each route has ten. With true, all routes share
   * the ten. @default false
   */
  readonly sharedPerSecond: boolean;
}

export interface Limiter {
  isAllowed(path: string): boolean;
}

/** Top-level lists keep their path, all below a collection is one route. */
function routeOf(path: string): string {
  const [, first = '', second] = path.split('/');
  if (second === undefined || second === '') return `/${first}`;
  return first === 'balance' ? path : `/${first}/*`;
}

export function createLimiter(limits: PagarmeLimits, clock: () => number): Limiter {
  const minutes = new Map(
    Object.entries(limits.perMinute).map(([route, limit]) => [
      route,
      createRateLimiter({ limit, windowMs: MINUTE_MS }, clock),
    ]),
  );
  const seconds =
    limits.perSecond === false
      ? undefined
      : createRateLimiter({ limit: limits.perSecond, windowMs: SECOND_MS }, clock);
  return {
    isAllowed(path) {
      const route = routeOf(path);
      if (seconds?.take(limits.sharedPerSecond ? '*' : route).allowed === false) return false;
      return minutes.get(route)?.take(route).allowed !== false;
    },
  };
}
