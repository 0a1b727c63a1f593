import { DAY_MS } from '../../src/declarative/durations.js';
import type { Reply } from '../http-server.js';
import type { FieldFilter, SelectOptions, TimeRange } from '../record-store.js';
import { CREATED_TIME } from './list-endpoint.js';
import type { ListEndpoint } from './list-endpoint.js';
import type { PagarmeQuirks } from './options.js';
import { invalidParameters } from './replies.js';

/** What a query string asks of a list. */

/** A date, or a date and a time, with a zone or without: all of them are seen in use. */
const TIME_PATTERN = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?$/;
const BRASILIA_ZONE = '-03:00';

function parseTime(text: string, quirks: PagarmeQuirks): number | undefined {
  const parts = TIME_PATTERN.exec(text);
  if (parts === null) return undefined;
  const [, date = '', clock = '00:00:00', zone = quirks.brasiliaFilters ? BRASILIA_ZONE : 'Z'] = parts;
  const time = Date.parse(`${date}T${clock}${zone}`);
  return Number.isNaN(time) ? undefined : time;
}

function readFilters(endpoint: ListEndpoint, query: URLSearchParams): FieldFilter[] {
  return Object.entries(endpoint.filters ?? {}).flatMap(([name, path]) => {
    const value = query.get(name);
    return value === null || value === '' ? [] : [{ paths: [path], value }];
  });
}

function isHonoured(endpoint: ListEndpoint, name: string, quirks: PagarmeQuirks): boolean {
  if (quirks.ignoreDateFilter.includes(endpoint.path)) return false;
  return !(endpoint.path === '/payables' && name === 'updated' && quirks.payablesIgnoreUpdatedFilter);
}

function readRanges(
  endpoint: ListEndpoint,
  query: URLSearchParams,
  quirks: PagarmeQuirks,
): TimeRange[] | Reply {
  const ranges: TimeRange[] = [];
  for (const [name, path] of Object.entries(endpoint.dates ?? {})) {
    const since = query.get(`${name}_since`);
    const until = query.get(`${name}_until`);
    const lower = since === null ? -Infinity : parseTime(since, quirks);
    const upper = until === null ? Infinity : parseTime(until, quirks);
    if (lower === undefined || upper === undefined) {
      const field = lower === undefined ? `${name}_since` : `${name}_until`;
      return invalidParameters({ [field]: [`The value '${query.get(field) ?? ''}' is not valid.`] }, query);
    }
    if ((since === null && until === null) || !isHonoured(endpoint, name, quirks)) continue;
    ranges.push({
      path,
      lower: quirks.sinceInclusive ? lower : lower + 1,
      upper: quirks.untilInclusive ? upper + 1 : upper,
    });
  }
  return ranges;
}

/** Both ends are required days of Brasília, both included. */
function readPaymentDays(query: URLSearchParams, quirks: PagarmeQuirks): TimeRange[] | Reply {
  const errors: Record<string, string[]> = {};
  const [start, end] = ['payment_date_start', 'payment_date_end'].map((name) => {
    const text = query.get(name);
    const time = /^\d{4}-\d{2}-\d{2}$/.test(text ?? '')
      ? Date.parse(`${text}T00:00:00${BRASILIA_ZONE}`)
      : NaN;
    if (Number.isNaN(time)) errors[name] = [`The ${name} field is required, as YYYY-MM-DD.`];
    return time;
  });
  if (start === undefined || end === undefined || Object.keys(errors).length > 0)
    return invalidParameters(errors, query);
  const widest = quirks.settlementsMaxDays;
  if (widest !== false && end - start >= widest * DAY_MS) {
    return invalidParameters({ payment_date_end: [`The range may span at most ${widest} days.`] }, query);
  }
  return [{ path: 'payment_date', lower: start, upper: end + DAY_MS }];
}

export function readSelect(
  endpoint: ListEndpoint,
  query: URLSearchParams,
  quirks: PagarmeQuirks,
): SelectOptions | Reply {
  const ranges =
    endpoint.paging === 'limit' ? readPaymentDays(query, quirks) : readRanges(endpoint, query, quirks);
  if ('body' in ranges) return ranges;
  const created = ranges.find((range) => range.path === CREATED_TIME);
  return {
    filters: readFilters(endpoint, query),
    ranges: ranges.filter((range) => range !== created),
    ...(created?.lower === undefined ? {} : { lower: created.lower }),
    ...(created?.upper === undefined ? {} : { upper: created.upper }),
  };
}
