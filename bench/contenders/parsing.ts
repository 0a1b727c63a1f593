/**
 * What somebody would write who needs the transactions today: fetch, JSON.parse, JSON.stringify. Ids beyond 2^53 are
 * rounded, there are no slices, no state and no retries. Several pages are under way at a time and a slow reader of
 * standard output holds them up, as with the connector.
 */
const [url = '', secretKey = '', pageCount = '0', connections = '10'] = process.argv.slice(2);
const PAGE_SIZE = 100; // records

interface Page {
  readonly data: readonly unknown[];
}

async function fetchPage(page: number): Promise<Page> {
  const response = await fetch(`${url}/transaction?perPage=${PAGE_SIZE}&page=${page}`, {
    headers: { authorization: `Bearer ${secretKey}` },
  });
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

function write(lines: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(lines, (error) => (error ? reject(error) : resolve()));
  });
}

let next = 1;
async function readPages(): Promise<void> {
  while (next <= Number(pageCount)) await write(toLines(await fetchPage(next++)));
}

await Promise.all(Array.from({ length: Number(connections) }, readPages));
