/** What is asked of the vendor: addresses, page sizes and rates of a stream, from its definition. */
import type {
  DeclarativeStream,
  DefaultPaginator,
  KeyMode,
  MovingWindowCallRatePolicy,
  NoPagination,
  Provider,
} from '../../src/declarative/components.js';
import { fixedDuration } from '../../src/declarative/datetime.js';
import { code, enumeration } from './markdown.js';

/** `/settlement/{settlement_id}/transactions`; with its host where that is not the provider's usual one. */
export function endpointOf({ source }: Provider, { retriever }: DeclarativeStream): string {
  const { url_base, path, request_parameters = {}, extensions } = retriever.requester;
  const usual = source.streams[0]?.retriever.requester.url_base;
  const query = new URLSearchParams(request_parameters).toString();
  const address = (template: string): string =>
    (url_base === usual ? '' : url_base) +
    template.replace(/\{\{\s*stream_partition\.(\w+)\s*\}\}/g, '{$1}') +
    (query === '' ? '' : `?${query}`);
  const other = extensions.alternative_path;
  return [path, ...(other === undefined ? [] : [other])].map((one) => code(address(one))).join(' or ');
}

function sizesOf(paginator: DefaultPaginator | NoPagination): number[] {
  if (paginator.type === 'NoPagination') return [];
  const { pagination_strategy: strategy, extensions } = paginator;
  const smaller = strategy.type === 'PageIncrement' ? strategy.extensions?.fallback_page_size : undefined;
  const other = extensions?.page_fallback?.paginator;
  return [
    strategy.page_size,
    ...(smaller === undefined ? [] : [smaller]),
    ...(other === undefined ? [] : sizesOf(other)),
  ];
}

/** Records of a page: `100`, `100 or 30` where a smaller size is tried after a refusal, `all` without pages. */
export function pageSizeOf({ retriever }: DeclarativeStream): string {
  const sizes = new Set(sizesOf(retriever.paginator).map((size) => size.toLocaleString('en')));
  return sizes.size === 0 ? 'all' : enumeration([...sizes], 'or');
}

export interface RateLimit {
  /** The paths that share it, or what it holds for. */
  readonly of: string;
  /** `200 a minute` */
  readonly rate: string;
  readonly streams: readonly string[];
}

function rateText({ rates: [rate] }: MovingWindowCallRatePolicy, keyMode: KeyMode): string {
  const limit = typeof rate.limit === 'number' ? rate.limit : rate.limit[keyMode];
  const seconds = fixedDuration(rate.interval) / 1000;
  return `${limit} ${seconds === 1 ? 'a second' : seconds === 60 ? 'a minute' : `in ${seconds} seconds`}`;
}

function scopeText({ matchers, extensions }: MovingWindowCallRatePolicy): string {
  if (extensions?.per_endpoint === true) return 'each endpoint';
  const patterns = matchers.flatMap(({ url_path_pattern: pattern }) =>
    pattern === undefined ? [] : [pattern],
  );
  if (patterns.length === 0) return 'all endpoints together';
  return patterns
    .map((pattern) => code(pattern.replace(/^\^/, '').replace(/\/$/, '/…').replace(/\$$/, '')))
    .join(', ');
}

/** The documented limits that apply to keys of a mode, each with its streams. */
export function rateLimits({ source }: Provider, keyMode: KeyMode): RateLimit[] {
  const policies = source.api_budget.policies.filter(
    ({ extensions }) => (extensions?.key_mode ?? keyMode) === keyMode,
  );
  const policyOf = ({ retriever }: DeclarativeStream): MovingWindowCallRatePolicy | undefined =>
    policies.find(({ matchers }) =>
      matchers.some(({ url_path_pattern: pattern = '' }) =>
        new RegExp(pattern).test(retriever.requester.path),
      ),
    );
  return policies.map((policy) => ({
    of: scopeText(policy),
    rate: rateText(policy, keyMode),
    streams: source.streams.filter((stream) => policyOf(stream) === policy).map(({ name }) => name),
  }));
}
