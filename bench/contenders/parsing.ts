/**
 * What somebody would write who needs the transactions today: fetch, JSON.parse, JSON.stringify. Ids beyond 2^53 are
 * rounded, there are no slices, no state and no retries.
 */
import { AUTHORIZATION, readPages } from './pages.js';

/** What fetch asks for itself where the address begins with https. */
const headers = { authorization: AUTHORIZATION, 'accept-encoding': 'br, gzip, deflate' };

interface Page {
  readonly data: readonly unknown[];
}

async function fetchPage(address: string): Promise<Page> {
  const response = await fetch(address, { headers });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return (await response.json()) as Page;
}

function toLines({ data: records }: Page): string {
  const emitted_at = Date.now();
  return records
    .map((data) =>
      JSON.stringify({ type: 'RECORD', record: { stream: 'transactions', emitted_at, data } }).concat('\n'),
    )
    .join('');
}

await readPages(async (address) => toLines(await fetchPage(address)));
