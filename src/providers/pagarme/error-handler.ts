/** What the answers of Pagar.me's API (v5) that are no page of records mean, and how often and when it is asked again. */
import { edgeBlocks, patientErrorHandler } from '../../declarative/components.js';
import type { DefaultErrorHandler, HttpResponseFilter } from '../../declarative/components.js';

const blockedByEdge = edgeBlocks(
  'The network edge in front of Pagar.me blocked the request with a page or text of its own, before it reached the API. The key is not the reason; the IP address of this machine may be: try from another network, and see whether the IP allow list of the account holds the address.',
);

/** https://docs.pagar.me/reference/erros-1 */
const responseFilters: readonly HttpResponseFilter[] = [
  {
    // "Authorization has been denied for this request."
    type: 'HttpResponseFilter',
    action: 'FAIL',
    http_codes: [401],
    failure_type: 'config_error',
    error_message:
      'Pagar.me does not accept the secret key (or, if other streams can be read, the key lacks the scope for this one). Copy it again from Configurações, Chaves in the dashboard of the right account.',
    extensions: { concerns_all_streams: true },
  },
  {
    // A missing scope and an address that is not on the allow list have the same code.
    type: 'HttpResponseFilter',
    action: 'FAIL',
    http_codes: [403],
    failure_type: 'config_error',
    error_message:
      'Pagar.me refused this list (HTTP 403). Either the key has no read access to it: create a key with the scopes Transacional, Financeiro and Recebedores, each read-only. Or the IP allow list of the account does not hold the address that your syncs come from (Configurações, Allow list de IPs).',
  },
  {
    // Limits per route and minute, without a header that says how long: https://docs.pagar.me/reference/rate-limit
    type: 'HttpResponseFilter',
    action: 'RATE_LIMITED',
    http_codes: [429],
    failure_type: 'transient_error',
    error_message:
      'Pagar.me limits the rate of requests (HTTP 429). Another program may use the same key: sync at another time, or set fewer requests_per_minute.',
  },
  {
    type: 'HttpResponseFilter',
    action: 'FAIL',
    http_codes: [404, 410],
    failure_type: 'config_error',
    error_message:
      'Pagar.me does not know this list for this account. Leave the stream out if you do not use it.',
  },
];

/** A parent may vanish before its list is read; the API says so with 404 or with 400 and "not found". */
export const vanished: readonly HttpResponseFilter[] = [
  { type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [404, 410] },
  { type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [400], error_message_contains: 'not found' },
];

/** Which header says when to come back, no source says. */
export function errorHandler(first: readonly HttpResponseFilter[] = []): DefaultErrorHandler {
  return patientErrorHandler([...blockedByEdge, ...first, ...responseFilters]);
}
