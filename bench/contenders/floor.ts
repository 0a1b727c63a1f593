/**
 * The least that any Node program must do to read the transactions: fetch each page with bare `node:http`, find
 * the records with the native search for what happens to stand between two of them here, and copy them into
 * RECORD lines. No JSON, no slices, no state, no retries; wrong for any other data. Several pages are under way
 * at a time and a slow reader of standard output holds them up, as with the connector.
 */
import { Agent, get } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';

const [url = '', secretKey = '', pageCount = '0', connections = '10'] = process.argv.slice(2);
const PAGE_SIZE = 100; // records

const LIST_START = Buffer.from('"data":[');
const LIST_END = Buffer.from('],"meta":');
/** Two records meet here; `{"id":` begins no object inside of an array of theirs. */
const MEETING = Buffer.from('},{"id":');
const SUFFIX = Buffer.from('}}\n');

const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const headers = {
  authorization: `Bearer ${secretKey}`,
  'user-agent': 'floor',
  'accept-encoding': 'br',
};

function fetchPage(page: number): Promise<Buffer> {
  const address = `${url}/transaction?perPage=${PAGE_SIZE}&page=${page}`;
  return new Promise((resolve, reject) => {
    get(address, { agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        if (response.statusCode !== 200) reject(new Error(`HTTP ${response.statusCode}`));
        else resolve(response.headers['content-encoding'] === 'br' ? brotliDecompressSync(body) : body);
      });
    }).on('error', reject);
  });
}

function toLines(page: Buffer): Buffer {
  const prefix = Buffer.from(
    `{"type":"RECORD","record":{"stream":"transactions","emitted_at":${Date.now()},"data":`,
  );
  const end = page.lastIndexOf(LIST_END);
  let start = page.indexOf(LIST_START) + LIST_START.length;
  const lines = Buffer.allocUnsafe(end - start + PAGE_SIZE * (prefix.length + SUFFIX.length));
  let at = 0;
  while (start < end) {
    const meeting = page.indexOf(MEETING, start);
    const stop = meeting === -1 ? end : meeting + 1;
    at += prefix.copy(lines, at);
    at += page.copy(lines, at, start, stop);
    at += SUFFIX.copy(lines, at);
    start = stop + 1;
  }
  return lines.subarray(0, at);
}

function write(lines: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(lines, (error) => (error ? reject(error) : resolve()));
  });
}

let next = 1;
async function readPages(): Promise<void> {
  while (next <= Number(pageCount)) await write(toLines(await fetchPage(next++)));
}

await Promise.all(Array.from({ length: Number(connections) }, readPages));
agent.destroy();
