/**
 * The least that any Node program must do to read the transactions: fetch each page with bare `node:http`, decompress
 * it at once and copy its records. No slices, no state, no retries.
 */
import { Agent, get } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import { copyRecords } from './copy-records.js';
import { AUTHORIZATION, CONNECTIONS, readPages } from './pages.js';

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const headers = { authorization: AUTHORIZATION, 'user-agent': 'floor', 'accept-encoding': 'br' };

function fetchPage(address: string): Promise<Buffer> {
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

await readPages(async (address) => copyRecords(await fetchPage(address)));
agent.destroy();
