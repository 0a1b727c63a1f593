/**
 * The transactions as a source on faros-airbyte-cdk, the public framework for sources in TypeScript, in the way
 * of the sources that come with it: an axios client whose method is a generator, a class for the stream, a class
 * for the source.
 */
import { readFileSync } from 'node:fs';
import axios from 'axios';
import type { AxiosInstance } from 'axios';
import {
  AirbyteSourceBase,
  AirbyteSourceLogger,
  AirbyteSourceRunner,
  AirbyteSpec,
  AirbyteStreamBase,
} from 'faros-airbyte-cdk';
import type { SyncMode } from 'faros-airbyte-cdk';

type Values = Record<string, unknown>;

interface Config {
  readonly api_url: string;
  readonly secret_key: string;
  readonly start_date: string;
}

interface Page {
  readonly data: readonly Values[];
  readonly meta: { readonly pageCount: number };
}

const PAGE_SIZE = 100; // records

class Paystack {
  readonly #api: AxiosInstance;
  readonly #startDate: string;

  constructor({ api_url, secret_key, start_date }: Config) {
    this.#startDate = start_date;
    this.#api = axios.create({
      baseURL: api_url,
      timeout: 60_000, // ms
      headers: { Authorization: `Bearer ${secret_key}`, 'User-Agent': 'faros-source' },
    });
  }

  async checkConnection(): Promise<void> {
    await this.#api.get('/transaction', { params: { perPage: 1 } });
  }

  async *transactions(since: string | undefined): AsyncGenerator<Values> {
    const from = since ?? this.#startDate;
    let pageCount = 1;
    for (let page = 1; page <= pageCount; page++) {
      const params = { page, perPage: PAGE_SIZE, from };
      const response = await this.#api.get<Page>('/transaction', { params });
      pageCount = response.data.meta.pageCount;
      for (const transaction of response.data.data) yield transaction;
    }
  }
}

class Transactions extends AirbyteStreamBase {
  readonly #paystack: Paystack;

  constructor(logger: AirbyteSourceLogger, paystack: Paystack) {
    super(logger);
    this.#paystack = paystack;
  }

  override get name(): string {
    return 'transactions';
  }

  get primaryKey(): string {
    return 'id';
  }

  override get cursorField(): string {
    return 'createdAt';
  }

  getJsonSchema(): Values {
    const file = new URL('../../../src/providers/paystack/schemas/transactions.json', import.meta.url);
    return JSON.parse(readFileSync(file, 'utf8')) as Values;
  }

  async *readRecords(
    _syncMode: SyncMode,
    _cursorField?: string[],
    _streamSlice?: Values,
    streamState?: Values,
  ): AsyncGenerator<Values> {
    const cutoff = streamState?.['cutoff'];
    yield* this.#paystack.transactions(typeof cutoff === 'string' ? cutoff : undefined);
  }

  override getUpdatedState(current: Values, latest: Values): Values {
    const before = Date.parse(current['cutoff'] as string);
    const created = Date.parse(latest['createdAt'] as string);
    return { cutoff: created < before ? current['cutoff'] : latest['createdAt'] };
  }
}

class PaystackSource extends AirbyteSourceBase<Config> {
  get type(): string {
    return 'paystack';
  }

  async spec(): Promise<AirbyteSpec> {
    const property = (title: string) => ({ type: 'string', title });
    return new AirbyteSpec({
      connectionSpecification: {
        type: 'object',
        required: ['api_url', 'secret_key', 'start_date'],
        properties: {
          api_url: property('API URL'),
          secret_key: { ...property('Secret key'), airbyte_secret: true },
          start_date: property('Start date'),
        },
      },
    });
  }

  async checkConnection(config: Config): Promise<[boolean, Error | undefined]> {
    try {
      await new Paystack(config).checkConnection();
      return [true, undefined];
    } catch (error) {
      return [false, error instanceof Error ? error : new Error(String(error))];
    }
  }

  streams(config: Config): AirbyteStreamBase[] {
    return [new Transactions(this.logger, new Paystack(config))];
  }
}

const logger = new AirbyteSourceLogger();
await new AirbyteSourceRunner(logger, new PaystackSource(logger)).mainCommand().parseAsync(process.argv);
