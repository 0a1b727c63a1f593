import type { Reply, SandboxRequest } from './http-server.js';
import { createDice, hashText } from './random.js';

export const FAULT_KINDS = [
  'html-500',
  'html-403',
  'json-502',
  'reset', // the socket is destroyed before any byte of the reply
  'truncated', // content-length is right, the body stops half-way and the socket is destroyed
  'truncated-short-length', // a cut body whose content-length agrees with the cut: only the JSON gives it away
  'status-false', // 200, but the envelope says that the call failed
  'not-json', // 200 and HTML
  'no-data',
  'data-wrong-shape', // `data` is an object or a string where a list belongs
  'stall', // no reply at all: only a timeout of the client ends it
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Faults that a client should retry, and that do not make a test wait: html-403 may be final, stall takes time. */
const TRANSIENT_FAULTS: readonly FaultKind[] = FAULT_KINDS.filter(
  (kind) => kind !== 'html-403' && kind !== 'stall',
);

/**
 * A string matches the path alone, `{…}` standing for one segment (`/settlement/{id}/transactions`); a RegExp is
 * tried on the path with its query.
 */
export type PathPattern = string | RegExp;

export interface FaultOptions {
  readonly seed: number;
  /** Added to every reply, ms. @default 0 */
  readonly latencyMs: number;
  /** Share of requests that fail, 0 to 1. @default 0 */
  readonly faultRate: number;
  /** @default TRANSIENT_FAULTS */
  readonly faultKinds: readonly FaultKind[];
  /** The same request fails at most this often in a row, so that a retrying client gets through. @default 3 */
  readonly maxConsecutiveFaults: number;
}

/** What a provider's broken replies look like. */
export interface FaultBodies {
  error(status: number): string;
  statusFalse(): string;
  noData(): string;
  wrongShape(asString: boolean): string;
  forbidden(): string;
}

export interface Faults {
  latencyMs: number;
  faultRate: number;
  faultKinds: readonly FaultKind[];
  maxConsecutiveFaults: number;
  /** The next `times` matching requests fail this way; `maxConsecutiveFaults` does not apply. */
  failNext(pattern: PathPattern, kind: FaultKind, times?: number): void;
  respondNext(pattern: PathPattern, reply: Reply, times?: number): void;
  /** 403 for good, until `clear()`. */
  forbid(pattern: PathPattern): void;
  /** Drops every override and switches chance faults and latency off. */
  clear(): void;
  /** The reply to send: the provider's own, or a fault in its place. */
  apply(request: SandboxRequest, answer: () => Reply): Reply;
}

const HTML = { 'content-type': 'text/html; charset=UTF-8' };

/** Shaped like a content network's pages: no JSON, no envelope. */
function htmlPage(title: string): string {
  return `<!DOCTYPE html>\n<html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
}

export function htmlReply(status: number, title: string): Reply {
  return { status, headers: HTML, body: htmlPage(title) };
}

function matches(pattern: PathPattern, request: SandboxRequest): boolean {
  if (pattern instanceof RegExp) return pattern.test(`${request.path}?${request.query.toString()}`);
  const wanted = pattern.split('/');
  const given = request.path.split('/');
  return (
    wanted.length === given.length && wanted.every((part, i) => part === given[i] || /^\{.*\}$/.test(part))
  );
}

function faultReply(kind: FaultKind, answer: () => Reply, bodies: FaultBodies, asString: boolean): Reply {
  switch (kind) {
    case 'html-500':
      return htmlReply(500, 'Internal Server Error');
    case 'html-403':
      return htmlReply(403, 'Just a moment...');
    case 'json-502':
      return { status: 502, body: bodies.error(502) };
    case 'reset':
    case 'stall':
      return { status: 200, body: '', wire: kind };
    case 'truncated':
      return { ...answer(), wire: 'cut' };
    case 'truncated-short-length': {
      const whole = answer();
      return { ...whole, body: whole.body.slice(0, Math.floor(whole.body.length / 2)) };
    }
    case 'status-false':
      return { status: 200, body: bodies.statusFalse() };
    case 'not-json':
      return htmlReply(200, 'Scheduled maintenance');
    case 'no-data':
      return { status: 200, body: bodies.noData() };
    case 'data-wrong-shape':
      return { status: 200, body: bodies.wrongShape(asString) };
  }
}

interface Override {
  readonly pattern: PathPattern;
  readonly reply: Reply | FaultKind;
  left: number;
}

export function createFaults(options: Partial<FaultOptions>, bodies: FaultBodies): Faults {
  const seed = options.seed ?? 1;
  let overrides: Override[] = [];
  const seen = new Map<string, { attempts: number; failures: number }>();

  /** By request and attempt, not by arrival, so that concurrency does not change what fails. */
  function chanceFault(request: SandboxRequest): FaultKind | undefined {
    if (faults.faultRate <= 0) return undefined;
    const key = `${request.path}?${request.query.toString()}`;
    const history = seen.get(key) ?? { attempts: 0, failures: 0 };
    seen.set(key, history);
    history.attempts += 1;
    const dice = createDice(hashText(`${seed} ${history.attempts} ${key}`));
    const [first, ...rest] = faults.faultKinds;
    const fails = dice.chance(faults.faultRate) && history.failures < faults.maxConsecutiveFaults;
    history.failures = fails ? history.failures + 1 : 0;
    return fails && first !== undefined ? dice.pick([first, ...rest]) : undefined;
  }

  let shapes = 0;
  const faults: Faults = {
    latencyMs: options.latencyMs ?? 0,
    faultRate: options.faultRate ?? 0,
    faultKinds: options.faultKinds ?? TRANSIENT_FAULTS,
    maxConsecutiveFaults: options.maxConsecutiveFaults ?? 3,
    failNext: (pattern, kind, times = 1) => void overrides.push({ pattern, reply: kind, left: times }),
    respondNext: (pattern, reply, times = 1) => void overrides.push({ pattern, reply, left: times }),
    forbid: (pattern) =>
      void overrides.push({ pattern, reply: { status: 403, body: bodies.forbidden() }, left: Infinity }),
    clear() {
      overrides = [];
      seen.clear();
      faults.latencyMs = 0;
      faults.faultRate = 0;
    },
    apply(request, answer) {
      const override = overrides.find((item) => item.left > 0 && matches(item.pattern, request));
      if (override !== undefined) override.left -= 1;
      const fault = override === undefined ? chanceFault(request) : override.reply;
      if (fault === undefined) return answer();
      if (typeof fault !== 'string') return fault;
      shapes += 1;
      return faultReply(fault, answer, bodies, shapes % 2 === 0);
    },
  };
  return faults;
}
