/**
 * What the small programs have in common: where they read, and as many pages under way as they have connections. A
 * slow reader of standard output holds them up, as with the connector.
 */
const [url = '', secretKey = '', pageCount = '0', connections = '10'] = process.argv.slice(2);

/** How many requests may be under way. */
export const CONNECTIONS = Number(connections);
export const PAGE_SIZE = 100; // records
export const AUTHORIZATION = `Bearer ${secretKey}`;

function write(lines: Buffer | string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(lines, (error) => (error ? reject(error) : resolve()));
  });
}

/** @param readLines the RECORD lines of the page at an address */
export async function readPages(readLines: (address: string) => Promise<Buffer | string>): Promise<void> {
  let next = 1;
  const lane = async (): Promise<void> => {
    while (next <= Number(pageCount)) {
      await write(await readLines(`${url}/transaction?perPage=${PAGE_SIZE}&page=${next++}`));
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
}
