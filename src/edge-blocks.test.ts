/** What the network edge in front of an API answers says nothing about the key or the list. */
import { describe, expect, test } from '@jest/globals';
import { HttpResponse } from 'msw';
import { ApiUnavailableError } from './declarative/requesters/error-handler.js';
import { pagarme } from './providers/pagarme/provider.js';
import { paystack } from './providers/paystack/provider.js';
import { ok, oneRequestApi } from './test-support/one-request.fixture.js';
import type { Answer } from './test-support/one-request.fixture.js';

const { fetchPage, answer } = oneRequestApi();

function bytes(status: number, body: string, type?: string): Answer {
  const headers: Record<string, string> = type === undefined ? {} : { 'Content-Type': type };
  return () => new HttpResponse(Buffer.from(body), { status, headers });
}

const STREAMS = [paystack, pagarme].flatMap(({ title, source }) =>
  source.streams.map(({ name, retriever }) => ({ title, name, requester: retriever.requester })),
);
const LISTS = STREAMS.filter(({ name }) => name === 'plans' || name.endsWith('_cards'));

describe.each(STREAMS)('$title $name', ({ title, requester: { error_handler } }) => {
  const fetchFrom = (...answers: Answer[]) => {
    const requests = answer(...answers);
    return fetchPage({ definition: { error_handler } }).then((outcome) => ({
      ...outcome,
      asked: requests.length,
    }));
  };

  test.each([
    [401, 'error code: 1020', 'text/plain; charset=UTF-8'],
    [403, 'error code: 1020', 'text/plain; charset=UTF-8'],
    [404, 'error code: 1020', undefined],
    [403, '<!DOCTYPE html><title>Attention Required!</title>', 'text/html'],
    [403, 'blocked', 'application/json'],
    [451, 'error code: 1009', undefined],
    [403, '{"title":"Error 1020: Access denied","status":403,"cloudflare_error":true}', 'application/json'],
    [409, '{"title":"Error 1001","cloudflare_error":true}', 'application/problem+json'],
  ])('HTTP %i %j of type %s is asked for again, and transient in the end', async (status, body, type) => {
    const { error, asked } = await fetchFrom(bytes(status, body, type));
    expect(error).toBeInstanceOf(ApiUnavailableError);
    expect(error).toMatchObject({ failureType: 'transient_error' });
    expect(String(error)).toContain(`The network edge in front of ${title}`);
    expect(asked).toBe(8);
  });

  test('that lifts leaves no trace', async () => {
    const { records } = await fetchFrom(bytes(403, 'error code: 1020'), ok);
    expect(records).toEqual(['{"id":1}']);
  });
});

describe.each(LISTS)('$title $name', ({ requester: { error_handler } }) => {
  test.each([
    [401, 'of the API', '{"status":false,"message":"Invalid key"}'],
    [401, 'without a body', ''],
    [403, 'of the API', '{"message":"Forbidden"}'],
    [403, 'without a body', ''],
  ])('HTTP %i %s is about the key', async (status, _, body) => {
    const requests = answer(bytes(status, body));
    const { error } = await fetchPage({ definition: { error_handler } });
    expect(error).toMatchObject({ failureType: 'config_error' });
    expect(requests).toHaveLength(1);
  });
});
