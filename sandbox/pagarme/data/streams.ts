import { isJsonObject } from '../../json-text.js';
import { createRecordStore } from '../../record-store.js';
import type { Generator, RecordStore, StoredRecord } from '../../record-store.js';
import { charges, chargeTransactions } from './charges.js';
import { customerAddresses, customerCards, customers } from './customers.js';
import { disputes, hooks, paymentLinks } from './events.js';
import { invoices } from './invoices.js';
import {
  balanceOperations,
  recipientAnticipations,
  recipientTransfers,
  recipientWithdrawals,
  settlements,
  transfers,
} from './money.js';
import { orders } from './orders.js';
import { payables } from './payables.js';
import { plans } from './plans.js';
import { recipientBalance, recipients } from './recipients.js';
import {
  itemUsages,
  subscriptionCycles,
  subscriptionDiscounts,
  subscriptionIncrements,
  subscriptionItems,
  subscriptions,
} from './subscriptions.js';
import type { World } from './world.js';

const GENERATORS = {
  orders,
  charges,
  customers,
  subscriptions,
  plans,
  invoices,
  recipients,
  payables,
  transfers,
  settlements,
  hooks,
  payment_links: paymentLinks,
  disputes,
  balance_operations: balanceOperations,
} as const satisfies Record<string, (world: World) => Generator>;

export type TopStream = keyof typeof GENERATORS;
type ParentStream = 'charges' | 'customers' | 'subscriptions' | 'recipients';

interface ChildPlan {
  readonly parent: ParentStream;
  readonly build: (world: World, parent: number) => Generator;
}

const CHILDREN = {
  charge_transactions: { parent: 'charges', build: chargeTransactions },
  customer_cards: { parent: 'customers', build: customerCards },
  customer_addresses: { parent: 'customers', build: customerAddresses },
  subscription_items: { parent: 'subscriptions', build: subscriptionItems },
  subscription_cycles: { parent: 'subscriptions', build: subscriptionCycles },
  subscription_discounts: { parent: 'subscriptions', build: subscriptionDiscounts },
  subscription_increments: { parent: 'subscriptions', build: subscriptionIncrements },
  recipient_balances: { parent: 'recipients', build: recipientBalance },
  recipient_transfers: { parent: 'recipients', build: recipientTransfers },
  recipient_withdrawals: { parent: 'recipients', build: recipientWithdrawals },
  recipient_anticipations: { parent: 'recipients', build: recipientAnticipations },
} as const satisfies Record<string, ChildPlan>;

type PlainChild = keyof typeof CHILDREN;
export type ChildStream = PlainChild | 'subscription_item_usages';
export type StreamName = TopStream | ChildStream;

const TOP_STREAMS = Object.keys(GENERATORS) as TopStream[];
const PLAIN_CHILDREN = Object.keys(CHILDREN) as PlainChild[];

/** All records of a stream, newest first, hidden ones included, built when they are asked for. */
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
  /** The children of the records with these ids, outermost first; undefined if one of them does not exist. */
  childStore(stream: ChildStream, parentIds: readonly string[]): RecordStore | undefined;
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
      for (const store of stores()) {
        const all = store.all();
        for (let position = 0; position < all.count; position += 1) yield all.id(position);
      }
    },
    *[Symbol.iterator]() {
      for (const store of stores()) {
        const all = store.all();
        for (let position = 0; position < all.count; position += 1) yield all.record(position);
      }
    },
  };
}

/** Records that a test adds are built like the others, but were created when the test says. */
function withAdded(world: World, generator: Generator): Generator {
  return {
    ...generator,
    build(index, createdMs) {
      const record = generator.build(index, createdMs);
      if (index < generator.count || !isJsonObject(record) || !('created_at' in record)) return record;
      return { ...record, created_at: world.stamp(createdMs) };
    },
  };
}

const NO_CHILDREN: Generator = { count: 0, id: String, build: () => null };

export function createStreams(world: World): Streams {
  const stores = new Map<TopStream, RecordStore>(
    TOP_STREAMS.map((name) => [name, createRecordStore(withAdded(world, GENERATORS[name](world)))]),
  );

  function store(stream: TopStream): RecordStore {
    const found = stores.get(stream);
    if (found === undefined) throw new Error(`the sandbox has no stream ${stream}`);
    return found;
  }

  function plainChildren(stream: PlainChild, parentIndex: number, parentId: string): RecordStore {
    const { parent, build } = CHILDREN[stream];
    // Parents that a test has added have no children, except that every recipient has a balance.
    const isGenerated = parentIndex < world.count(parent) || stream === 'recipient_balances';
    return createRecordStore(isGenerated ? build(world, parentIndex) : NO_CHILDREN, parentId);
  }

  function* parentsOf(stream: PlainChild): Iterable<readonly [index: number, id: string]> {
    const all = store(CHILDREN[stream].parent).select({ includeHidden: true });
    for (let position = 0; position < all.count; position += 1) yield [all.index(position), all.id(position)];
  }

  function* allChildren(stream: PlainChild): Iterable<RecordStore> {
    for (const [index, id] of parentsOf(stream)) yield plainChildren(stream, index, id);
  }

  function* allUsages(): Iterable<RecordStore> {
    for (const [parent, id] of parentsOf('subscription_items')) {
      const items = plainChildren('subscription_items', parent, id).all();
      for (let position = 0; position < items.count; position += 1) {
        yield createRecordStore(itemUsages(world, parent, items.index(position)), items.id(position));
      }
    }
  }

  function childStore(
    stream: ChildStream,
    [parentId = '', itemId = '']: readonly string[],
  ): RecordStore | undefined {
    const plain = stream === 'subscription_item_usages' ? 'subscription_items' : stream;
    const parents = store(CHILDREN[plain].parent);
    const parent = parents.indexOf(parentId);
    if (parent === undefined) return undefined;
    const found = plainChildren(plain, parent, parentId);
    if (stream !== 'subscription_item_usages') return found;
    const item = found.indexOf(itemId);
    return item === undefined ? undefined : createRecordStore(itemUsages(world, parent, item), itemId);
  }

  const data = Object.fromEntries([
    ...TOP_STREAMS.map((name) => [name, concatenated(() => [store(name)])]),
    ...PLAIN_CHILDREN.map((name) => [name, concatenated(() => allChildren(name))]),
    ['subscription_item_usages', concatenated(allUsages)],
  ]) as SandboxData;
  return { data, store, childStore };
}
