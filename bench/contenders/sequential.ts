/** A plain, correct reader of the transactions: a page, its records, the next page. */
import { once } from 'node:events';

interface Page {
  readonly data: readonly unknown[];
  readonly meta: { readonly pageCount: number };
}

const [url = '', secretKey = ''] = process.argv.slice(2);

async function fetchPage(page: number): Promise<Page> {
  const response = await fetch(`${url}/transaction?perPage=100&page=${page}`, {
    headers: { authorization: `Bearer ${secretKey}`, 'user-agent': 'sequential' },
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return (await response.json()) as Page;
}

let pageCount = 1;
for (let number = 1; number <= pageCount; number++) {
  const page = await fetchPage(number);
  pageCount = page.meta.pageCount;
  for (const data of page.data) {
    const record = { stream: 'transactions', emitted_at: Date.now(), data };
    if (!process.stdout.write(`${JSON.stringify({ type: 'RECORD', record })}\n`)) {
      await once(process.stdout, 'drain');
    }
  }
}
