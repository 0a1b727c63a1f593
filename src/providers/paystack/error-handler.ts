/** What the answers of Paystack's API that are no page of records mean, and how often and when it is asked again. */
import { edgeBlocks, patientErrorHandler } from '../../declarative/components.js';
import type { DefaultErrorHandler, HttpResponseFilter } from '../../declarative/components.js';

/** https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/ */
const blockedByEdge = edgeBlocks(
  "The network edge in front of Paystack blocked the request with a page or text of its own, before it reached the API. The key is not the reason; the IP address or region of this machine may be. Try from another network, or ask Paystack's support to unblock the address.",
);

/** https://paystack.com/docs/api/errors/ */
const responseFilters: readonly HttpResponseFilter[] = [
  {
    // Dashboard, Settings, API Keys & Webhooks, IP Whitelist. The HTTP status is not documented.
    type: 'HttpResponseFilter',
    action: 'FAIL',
    error_message_contains: 'IP address is not allowed',
    failure_type: 'config_error',
    error_message:
      'Paystack refuses calls from this IP address. Add the address that your syncs come from to the IP whitelist of your Paystack account (Settings, API Keys & Webhooks), or turn the whitelist off.',
    extensions: { concerns_all_streams: true },
  },
  {
    type: 'HttpResponseFilter',
    action: 'FAIL',
    http_codes: [401],
    failure_type: 'config_error',
    error_message:
      'Paystack does not accept the secret key. Copy it again from Settings, API Keys & Webhooks; it changes when somebody generates a new one there.',
    extensions: { concerns_all_streams: true },
  },
  {
    type: 'HttpResponseFilter',
    action: 'FAIL',
    http_codes: [403],
    failure_type: 'config_error',
    error_message:
      'This Paystack account may not read this list; the product behind it may not be active for the business. Ask Paystack to activate it, or leave the stream out.',
  },
  {
    type: 'HttpResponseFilter',
    action: 'FAIL',
    http_codes: [404],
    failure_type: 'config_error',
    error_message:
      'Paystack does not know this list for this account. The product behind it may not exist in the country of the business; leave the stream out if so.',
  },
  {
    // "Rate limit exceeded!": https://paystack.com/docs/api/rate-limits/
    type: 'HttpResponseFilter',
    action: 'RATE_LIMITED',
    http_codes: [429],
    failure_type: 'transient_error',
    error_message:
      'Paystack limits the rate of requests (HTTP 429). Another program may use the same key: sync at another time, or set fewer requests_per_minute.',
  },
  {
    // "Always check status" besides the HTTP code: a 200 can say that it failed.
    type: 'HttpResponseFilter',
    action: 'RETRY',
    http_codes: [200],
    failure_type: 'transient_error',
    error_message:
      'Paystack answered that the request failed (status false), several times. Try again later; if it stays so, the vendor has to look.',
    extensions: { body_value: { path: ['status'], equals: false } },
  },
];

/** `x-ratelimit-reset` holds the seconds until the window ends: https://paystack.com/docs/api/rate-limits/ */
export function errorHandler(first: readonly HttpResponseFilter[] = []): DefaultErrorHandler {
  return patientErrorHandler([...blockedByEdge, ...first, ...responseFilters]);
}
