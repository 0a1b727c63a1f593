/** The floor program with the client that the connector has: axios, as it comes, with connections that stay open. */
import { Agent } from 'node:http';
import axios from 'axios';
import { copyRecords } from './copy-records.js';
import { AUTHORIZATION, CONNECTIONS, readPages } from './pages.js';

const httpAgent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const headers = { authorization: AUTHORIZATION };

await readPages(async (address) => {
  const response = await axios.get<Buffer>(address, { headers, httpAgent, responseType: 'arraybuffer' });
  return copyRecords(response.data);
});
httpAgent.destroy();
