import { scalarText, valueAt } from '../../json-text.js';
import { createRecordStore } from '../../record-store.js';
import type { Generator, RecordStore, StoredRecord } from '../../record-store.js';
import { splits, subaccounts } from './accounts.js';
import { disputes, refunds, settlements, settlementTransactions } from './aftermath.js';
import { bulkChargeItems, bulkCharges, invoices, plans, subscriptions } from './billing.js';
import { orders, pages, products, storefronts, terminals, virtualTerminals } from './commerce.js';
import { transactions } from './payments.js';
import { balance, balanceLedger, transferRecipients, transfers } from './payouts.js';
import { customers, dedicatedAccounts, directDebitMandates } from './people.js';
import { applePayDomains, banks, countries } from './reference.js';
import type { World } from './world.js';

const GENERATORS = {
  transactions,
  customers,
  disputes,
  invoices,
  refunds,
  settlements,
  subscriptions,
  transfers,
  plans,
  products,
  pages,
  subaccounts,
  splits,
  transfer_recipients: transferRecipients,
  bulk_charges: bulkCharges,
  balance,
  balance_ledger: balanceLedger,
  dedicated_accounts: dedicatedAccounts,
  orders,
  storefronts,
  virtual_terminals: virtualTerminals,
  terminals,
  direct_debit_mandates: directDebitMandates,
  apple_pay_domains: applePayDomains,
  banks,
  countries,
} as const satisfies Record<string, (world: World) => Generator>;

export type TopStream = keyof typeof GENERATORS;
export type ChildStream = 'settlement_transactions' | 'bulk_charge_items';
export type StreamName = TopStream | ChildStream;

const TOP_STREAMS = Object.keys(GENERATORS) as TopStream[];
const CHILD_PARENTS = {
  settlement_transactions: 'settlements',
  bulk_charge_items: 'bulk_charges',
} as const satisfies Record<ChildStream, TopStream>;

/** All records of a stream in the order of the API, hidden ones included, built when they are asked for. */
export interface RecordList extends Iterable<StoredRecord> {
  readonly length: number;
  at(position: number): StoredRecord;
  /** The ids alone, in the same order: no record is built for them. */
  ids(): Iterable<string>;
}

export type SandboxData = { readonly [stream in StreamName]: RecordList };

export interface Streams {
  readonly data: SandboxData;
  store(stream: TopStream): RecordStore;
  /** The children of the record with this id or code; undefined if there is no such record. */
  childStore(stream: ChildStream, parentKey: string): RecordStore | undefined;
}

function listOf(store: RecordStore): RecordList {
  return {
    get length() {
      return store.all().count;
    },
    at: (position) => store.all().record(position),
    *ids() {
      const all = store.all();
      for (let position = 0; position < all.count; position += 1) yield all.id(position);
    },
    *[Symbol.iterator]() {
      const all = store.all();
      for (let position = 0; position < all.count; position += 1) yield all.record(position);
    },
  };
}

function concatenated(stores: () => Iterable<RecordStore>): RecordList {
  return {
    get length() {
      let length = 0;
      for (const store of stores()) length += store.all().count;
      return length;
    },
    at(position) {
      let left = position;
      for (const store of stores()) {
        const all = store.all();
        if (left < all.count) return all.record(left);
        left -= all.count;
      }
      throw new RangeError(`no record at position ${position}`);
    },
    *ids() {
      for (const store of stores()) yield* listOf(store).ids();
    },
    *[Symbol.iterator]() {
      for (const store of stores()) yield* listOf(store);
    },
  };
}

export function createStreams(world: World): Streams {
  const stores = new Map<TopStream, RecordStore>(
    TOP_STREAMS.map((name) => [name, createRecordStore(GENERATORS[name](world))]),
  );

  function store(stream: TopStream): RecordStore {
    const found = stores.get(stream);
    if (found === undefined) throw new Error(`the sandbox has no stream ${stream}`);
    return found;
  }

  /** `index` counts the generated parents from the oldest; parents that a test has added have no children. */
  function childAt(stream: ChildStream, index: number): RecordStore {
    const parentId = String(world.id(CHILD_PARENTS[stream], index));
    return createRecordStore(
      stream === 'settlement_transactions'
        ? settlementTransactions(world, index, store('transactions'))
        : bulkChargeItems(world, index),
      parentId,
    );
  }

  function* children(stream: ChildStream): Iterable<RecordStore> {
    for (let index = world.count(CHILD_PARENTS[stream]) - 1; index >= 0; index -= 1)
      yield childAt(stream, index);
  }

  function childStore(stream: ChildStream, parentKey: string): RecordStore | undefined {
    const parent = CHILD_PARENTS[stream];
    const count = world.count(parent);
    for (let index = 0; index < count; index += 1) {
      if (String(world.id(parent, index)) === parentKey) return childAt(stream, index);
    }
    for (let index = 0; index < count && stream === 'bulk_charge_items'; index += 1) {
      if (scalarText(valueAt(store(parent).value(index), 'batch_code')) === parentKey)
        return childAt(stream, index);
    }
    const isAdded =
      store(parent).select({ filters: [{ paths: ['id', 'batch_code'], value: parentKey }] }).count > 0;
    return isAdded ? createRecordStore({ count: 0, id: String, build: () => null }) : undefined;
  }

  const data = Object.fromEntries([
    ...TOP_STREAMS.map((name) => [name, listOf(store(name))]),
    ...Object.keys(CHILD_PARENTS).map((name) => [name, concatenated(() => children(name as ChildStream))]),
  ]) as SandboxData;
  return { data, store, childStore };
}
