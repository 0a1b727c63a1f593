import { describe, expect, it } from '@jest/globals';
import { createFaults, FAULT_KINDS } from './faults.js';
import type { FaultOptions, Faults } from './faults.js';
import { startServer } from './http-server.js';
import type { Reply, SandboxRequest } from './http-server.js';
import { FAULT_BODIES } from './paystack/replies.js';

const ANSWER = { status: 200, body: '{"status":true,"message":"ok","data":[1,2,3]}' };

const make = (options: Partial<FaultOptions> = {}): Faults => createFaults(options, FAULT_BODIES);

function request(path: string): SandboxRequest {
  const url = new URL(path, 'http://sandbox');
  return { method: 'GET', path: url.pathname, query: url.searchParams, headers: {} };
}

const send = (faults: Faults, path: string): Reply => faults.apply(request(path), () => ANSWER);

describe('programmed faults', () => {
  it('hit the next matching requests and no others', () => {
    const faults = make();
    faults.failNext('/settlement/{id}/transactions', 'html-500', 2);
    expect(send(faults, '/settlement')).toBe(ANSWER);
    const statuses = [1, 2, 3].map((id) => send(faults, `/settlement/${id}/transactions`).status);
    expect(statuses).toEqual([500, 500, 200]);
    faults.respondNext(/page=2/, { status: 418, body: '' });
    expect(send(faults, '/a?page=1')).toBe(ANSWER);
    expect(send(faults, '/a?page=2').status).toBe(418);
  });

  it('forbid an endpoint until they are cleared', () => {
    const faults = make();
    faults.forbid('/transfer');
    expect([send(faults, '/transfer').status, send(faults, '/transfer').status]).toEqual([403, 403]);
    expect(JSON.parse(send(faults, '/transfer').body)).toMatchObject({ status: false });
    faults.clear();
    expect(send(faults, '/transfer')).toBe(ANSWER);
  });

  it('come in every kind', () => {
    const shapes = FAULT_KINDS.map((kind) => {
      const faults = make();
      faults.failNext('/a', kind);
      const { status, body, wire } = send(faults, '/a');
      return [kind, status, wire ?? body.slice(0, 16)];
    });
    expect(shapes).toEqual([
      ['html-500', 500, '<!DOCTYPE html>\n'],
      ['html-403', 403, '<!DOCTYPE html>\n'],
      ['json-502', 502, '{"status":false,'],
      ['reset', 200, 'reset'],
      ['truncated', 200, 'cut'],
      ['truncated-short-length', 200, '{"status":true,"'],
      ['status-false', 200, '{"status":false,'],
      ['not-json', 200, '<!DOCTYPE html>\n'],
      ['no-data', 200, '{"status":true,"'],
      ['data-wrong-shape', 200, '{"status":true,"'],
      ['stall', 200, 'stall'],
    ]);
  });
});

describe('chance faults', () => {
  it('let a retrying client through', () => {
    const faults = make({ faultRate: 1, maxConsecutiveFaults: 2 });
    const replies = Array.from({ length: 6 }, () => send(faults, '/a') === ANSWER);
    expect(replies).toEqual([false, false, true, false, false, true]);
  });

  it('depend on the seed and the request, not on the order of requests', () => {
    const paths = Array.from({ length: 200 }, (_, i) => `/a?page=${i}`);
    const failed = (faults: Faults, order: string[]): string[] =>
      order.filter((path) => send(faults, path) !== ANSWER).sort();
    const some = failed(make({ faultRate: 0.2 }), paths);
    expect(some.length).toBeGreaterThan(20);
    expect(some.length).toBeLessThan(60);
    expect(failed(make({ faultRate: 0.2 }), [...paths].reverse())).toEqual(some);
    expect(failed(make({ faultRate: 0.2, seed: 2 }), paths)).not.toEqual(some);
  });
});

describe('the wire', () => {
  it('cuts, resets and stalls, and closes all the same', async () => {
    const faults = make();
    const server = await startServer({ handle: (incoming) => faults.apply(incoming, () => ANSWER) });
    faults.failNext('/cut', 'truncated');
    faults.failNext('/reset', 'reset');
    faults.failNext('/stall', 'stall');
    const cut = await fetch(`${server.url}/cut`);
    expect(cut.headers.get('content-length')).toBe(String(ANSWER.body.length));
    await expect(cut.text()).rejects.toThrow();
    await expect(fetch(`${server.url}/reset`)).rejects.toThrow();
    const stalled = expect(fetch(`${server.url}/stall`)).rejects.toThrow();
    await expect(fetch(`${server.url}/fine`).then((reply) => reply.text())).resolves.toBe(ANSWER.body);
    await server.close();
    await stalled;
  });
});
