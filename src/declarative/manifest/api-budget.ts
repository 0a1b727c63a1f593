/** Rate limits, as a manifest says them. */
import type { JsonObject } from '../../protocol/messages.js';
import { callRatePolicy } from '../call-rate-policy.js';
import type {
  DeclarativeSource,
  KeyMode,
  MovingWindowCallRatePolicy,
  Provider,
  Rate,
} from '../components.js';
import { fixedDuration } from '../datetime.js';
import { MINUTE_MS } from '../durations.js';
import { byKeyMode, template } from './jinja.js';
import { requireNothingLeft, without } from './notes.js';
import type { Notes } from './notes.js';

/** The path of a URL, with what stands for ids as any text without a slash. */
function pathPattern(url_base: string, path: string): string {
  const escaped = (text: string) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  const parts = path.split(/\{\{.*?\}\}/).map(escaped);
  return `^${escaped(new URL(url_base).pathname.replace(/\/$/, ''))}${parts.join('[^/]+')}/?$`;
}

function requireKnown(policy: MovingWindowCallRatePolicy): void {
  requireNothingLeft(without(policy, 'type', 'rates', 'matchers', 'extensions'));
  requireNothingLeft(without(policy.extensions ?? {}, 'key_mode', 'per_endpoint'));
  for (const rate of policy.rates) requireNothingLeft(without(rate, 'type', 'limit', 'interval'));
  for (const matcher of policy.matchers) requireNothingLeft(without(matcher, 'type', 'url_path_pattern'));
}

/** Requests per minute. */
function perMinute({ limit, interval }: Rate, mode: KeyMode): number {
  return Math.floor(
    ((typeof limit === 'number' ? limit : limit[mode]) * MINUTE_MS) / fixedDuration(interval),
  );
}

/** Requests that share a limit: one path of its own, or all paths of one policy. */
interface Group {
  readonly patterns: Set<string>;
  readonly live: number;
  readonly test: number;
}

function groups({ streams, api_budget }: DeclarativeSource, notes: Notes): Group[] {
  const found = new Map<string, Group>();
  for (const { name, retriever } of streams) {
    const { path, url_base } = retriever.requester;
    const live = callRatePolicy(api_budget, path, 'live');
    const test = callRatePolicy(api_budget, path, 'test');
    if (live === undefined || test === undefined) {
      notes.add('No rate limit is kept to; the API says when it has had enough (429).', name);
      continue;
    }
    if (test !== live && test.extensions?.per_endpoint !== true) {
      notes.add(
        'With a test key each limit is the one of test accounts, although that is meant for all lists together; beyond it the API answers 429, which is waited out.',
      );
    }
    const pattern = pathPattern(url_base, path);
    const key =
      live.extensions?.per_endpoint === true ? pattern : `policy ${api_budget.policies.indexOf(live)}`;
    const group = found.get(key) ?? {
      patterns: new Set(),
      live: perMinute(live.rates[0], 'live'),
      test: perMinute(test.rates[0], 'test'),
    };
    group.patterns.add(pattern);
    found.set(key, group);
  }
  return [...found.values()];
}

/** One policy for each limit; a manifest's matchers go by the path of the URL. */
export function apiBudget({ source, key_rules }: Provider, notes: Notes): JsonObject {
  const { type, policies, ratelimit_remaining_header, ratelimit_reset_header, extensions, ...rest } =
    source.api_budget;
  const { ratelimit_limit_header, ...more } = extensions ?? {};
  requireNothingLeft(rest);
  requireNothingLeft(more);
  policies.forEach(requireKnown);
  if (ratelimit_reset_header !== undefined) {
    notes.add(
      `${ratelimit_reset_header} is looked at in an answer with 429 only: the runtime takes such a header for a date.`,
    );
  }
  if (ratelimit_limit_header !== undefined) {
    notes.add(`A limit that the API states (${ratelimit_limit_header}) does not replace the documented one.`);
  }
  return {
    type,
    ...(ratelimit_remaining_header === undefined ? {} : { ratelimit_remaining_header }),
    policies: groups(source, notes).map((group) => ({
      type: 'MovingWindowCallRatePolicy',
      rates: [
        {
          type: 'Rate',
          limit: template(`config.get('requests_per_minute') or ${byKeyMode(group, key_rules)}`),
          interval: 'PT1M',
        },
      ],
      matchers: [...group.patterns].map((url_path_pattern) => ({
        type: 'HttpRequestRegexMatcher',
        url_path_pattern,
      })),
    })),
  };
}
