/** What the plays need to know of the providers. */
import type { Provider } from '../../src/declarative/components.js';
import { DAY_MS } from '../../src/declarative/durations.js';
import { pagarme } from '../../src/providers/pagarme/provider.js';
import { paystack } from '../../src/providers/paystack/provider.js';

/** 48 and 24 characters, as real keys have: base64 of them has no padding, so `key:` begins with it. */
const PAYSTACK_KEY = 'sk_test_Kq7Zr2Xv9Tb4Wm6Lp1Nc8Hd3Gf5Js0Ay2Eu4Io6B';
const PAGARME_KEY = 'sk_test_Rw5Yt8Ui2Op9As4D';

export interface Target {
  readonly secretKey: string;
  readonly environment: (url: string) => Record<string, string>;
  /** The stream whose list is at a path. */
  readonly streamAt: (path: string) => string | undefined;
  /** @throws Error if there is no such stream */
  readonly pathOf: (stream: string) => string;
  /** The text of a page with these records (raw JSON) and these members beside them. */
  readonly page: (records?: readonly string[], around?: string) => string;
}

/** A time within the range that every play reads. */
const YESTERDAY = new Date(Math.floor(Date.now() / 1000) * 1000 - DAY_MS).toISOString();

/** A record with every date that some list goes by. @param members raw JSON, with a leading comma */
export function record(id: number | string, members = ''): string {
  const dates = ['createdAt', 'created_at', 'updatedAt', 'updated_at'].map(
    (name) => `"${name}":"${YESTERDAY}"`,
  );
  return `{"id":${JSON.stringify(id)},${dates.join(',')}${members}}`;
}

/** What a list answers that is not attacked. */
const TWO_RECORDS: readonly string[] = [record(1), record(2)];

function lists({ source }: Provider): Pick<Target, 'streamAt' | 'pathOf'> {
  const paths = source.streams.map(({ name, retriever }) => ({ name, path: retriever.requester.path }));
  const patterns = paths.map(({ name, path }) => ({
    name,
    pattern: new RegExp(`^${path.replace(/\{\{.*?\}\}/g, '[^/]+')}/?$`),
  }));
  return {
    streamAt: (path) => patterns.find(({ pattern }) => pattern.test(path))?.name,
    pathOf(stream) {
      const found = paths.find(({ name }) => name === stream);
      if (found === undefined) throw new Error(`there is no stream ${stream}`);
      return found.path;
    },
  };
}

export const TARGETS = {
  paystack: {
    ...lists(paystack),
    secretKey: PAYSTACK_KEY,
    environment: (url) => ({ PAYSTACK_API_URL: url }),
    page: (records = TWO_RECORDS, around = '"meta":{"total":2,"page":1,"pageCount":1}') =>
      `{"status":true,"message":"ok","data":[${records.join(',')}],${around}}`,
  },
  pagarme: {
    ...lists(pagarme),
    secretKey: PAGARME_KEY,
    environment: (url) => ({ PAGARME_API_URL: url, PAGARME_DISPUTES_API_URL: url }),
    page: (records = TWO_RECORDS, around = '"paging":{"total":2,"next":null}') =>
      `{"data":[${records.join(',')}],${around}}`,
  },
} as const satisfies Record<string, Target>;

export type ProviderName = keyof typeof TARGETS;
