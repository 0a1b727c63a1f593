import { startPagarmeSandbox } from './server.js';
import type { PagarmeQuirks, PagarmeSandbox, PagarmeSandboxOptions } from './server.js';

/** What the tests beside this file share: sandboxes that are closed after each test, and a small client. */

export type Row = Readonly<Record<string, unknown>>;

export interface Envelope {
  readonly data: readonly Row[];
  readonly paging: Row;
}

const running: PagarmeSandbox[] = [];

export async function start(options: Partial<PagarmeSandboxOptions> = {}): Promise<PagarmeSandbox> {
  const sandbox = await startPagarmeSandbox({ rateLimit: false, ...options });
  running.push(sandbox);
  return sandbox;
}

export function quirky(quirks: Partial<PagarmeQuirks>): Promise<PagarmeSandbox> {
  return start({ quirks });
}

export async function closeAll(): Promise<void> {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
}

/** An absolute URL is called as it is. */
export function get(sandbox: PagarmeSandbox, path: string): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${sandbox.secretKey}:`).toString('base64')}`;
  return fetch(path.startsWith('/') ? sandbox.url + path : path, { headers: { authorization } });
}

export async function list(sandbox: PagarmeSandbox, path: string): Promise<Envelope> {
  return (await (await get(sandbox, path)).json()) as Envelope;
}

export async function statusOf(sandbox: PagarmeSandbox, path: string): Promise<number> {
  return (await get(sandbox, path)).status;
}

/** The text of the records of a page, joined by commas. */
export function inner(body: string): string {
  const start = body.startsWith('[') ? 1 : body.indexOf('[') + 1;
  return body.slice(start, body.startsWith('[') ? -1 : body.lastIndexOf('],"pag'));
}

/** All pages of a list; `next` says where the following one is. */
export async function pages(
  sandbox: PagarmeSandbox,
  path: string,
  next: (body: unknown, headers: Headers) => string | null | undefined,
): Promise<string[]> {
  const bodies: string[] = [];
  for (let url: string | null | undefined = path; typeof url === 'string';) {
    const reply = await get(sandbox, url);
    const body = await reply.text();
    bodies.push(inner(body));
    url = next(JSON.parse(body), reply.headers);
  }
  return bodies;
}
