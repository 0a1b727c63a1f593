/** The floor program with the client that Node brings: fetch. */
import { copyRecords } from './copy-records.js';
import { AUTHORIZATION, readPages } from './pages.js';

/** What fetch asks for itself where the address begins with https. */
const headers = { authorization: AUTHORIZATION, 'accept-encoding': 'br, gzip, deflate' };

await readPages(async (address) => {
  const response = await fetch(address, { headers });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return copyRecords(Buffer.from(await response.arrayBuffer()));
});
