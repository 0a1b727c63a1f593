/**
 * Which field of a stream holds the key of another one. Those to a parent stream follow from the definitions; the
 * rest is declared here. A test holds the paths against the schemas, and the values against the sandbox.
 */
import type { DeclarativeStream, Provider } from '../../src/declarative/components.js';
import { columnsOf, fieldAt } from './columns.js';
import { parentOf } from './reading.js';

/** `stream.path`: the path goes from the record's root, with `[]` behind the name of a list. */
type FieldName = `${string}.${string}`;

interface DeclaredRelation {
  readonly from: FieldName;
  readonly to: FieldName;
  /** Holds only where another column of the row has this value. */
  readonly when?: { readonly column: string; readonly is: string };
  /** Only some of the values are keys of the other stream. */
  readonly partly?: string;
  /** Taken from the field's name and the vendor's description: no sample shows both sides. */
  readonly presumed?: true;
}

/** Sources: Paystack's OpenAPI file and reference, and records of real accounts in Airbyte's own tests. */
const PAYSTACK: readonly DeclaredRelation[] = [
  { from: 'transactions.customer.id', to: 'customers.id' },
  { from: 'transactions.split.id', to: 'splits.id' },
  { from: 'transactions.subaccount.id', to: 'subaccounts.id' },
  { from: 'transactions.order_id', to: 'orders.id', presumed: true },
  { from: 'disputes.transaction.id', to: 'transactions.id' },
  { from: 'disputes.customer.id', to: 'customers.id' },
  { from: 'refunds.transaction', to: 'transactions.id' },
  { from: 'refunds.dispute', to: 'disputes.id' },
  { from: 'refunds.settlement', to: 'settlements.id' },
  { from: 'refunds.customer.id', to: 'customers.id' },
  { from: 'settlements.subaccount.id', to: 'subaccounts.id', presumed: true },
  { from: 'settlement_transactions.id', to: 'transactions.id' },
  {
    from: 'balance_ledger.model_row',
    to: 'transactions.id',
    when: { column: 'model_responsible', is: 'Transaction' },
  },
  {
    from: 'balance_ledger.model_row',
    to: 'transfers.id',
    when: { column: 'model_responsible', is: 'Transfer' },
  },
  {
    from: 'balance_ledger.model_row',
    to: 'refunds.id',
    when: { column: 'model_responsible', is: 'Refund' },
  },
  { from: 'transfers.recipient.id', to: 'transfer_recipients.id' },
  { from: 'invoices.customer.id', to: 'customers.id' },
  { from: 'invoices.split_code', to: 'splits.split_code', presumed: true },
  { from: 'subscriptions.plan.id', to: 'plans.id' },
  { from: 'subscriptions.customer.id', to: 'customers.id' },
  { from: 'subscriptions.most_recent_invoice.transaction', to: 'transactions.id' },
  { from: 'subscriptions.split_code', to: 'splits.split_code', presumed: true },
  { from: 'bulk_charge_items.customer.id', to: 'customers.id' },
  { from: 'bulk_charge_items.transaction.id', to: 'transactions.id', presumed: true },
  { from: 'products.split_code', to: 'splits.split_code', presumed: true },
  { from: 'pages.plan', to: 'plans.id' },
  { from: 'pages.split_code', to: 'splits.split_code', presumed: true },
  { from: 'orders.transaction', to: 'transactions.id' },
  { from: 'orders.customer', to: 'customers.id' },
  { from: 'orders.page', to: 'pages.id', presumed: true },
  { from: 'orders.items[].product_id', to: 'products.id' },
  { from: 'subaccounts.bank_id', to: 'banks.id' },
  { from: 'splits.subaccounts[].subaccount.id', to: 'subaccounts.id' },
  { from: 'splits.bearer_subaccount', to: 'subaccounts.id' },
  { from: 'dedicated_accounts.customer.id', to: 'customers.id' },
  { from: 'direct_debit_mandates.customer.id', to: 'customers.id' },
];

/** Sources: Pagar.me's reference and the response models of its SDK 7. */
const PAGARME: readonly DeclaredRelation[] = [
  { from: 'orders.customer.id', to: 'customers.id' },
  { from: 'orders.charges[].id', to: 'charges.id' },
  { from: 'charges.order.id', to: 'orders.id' },
  { from: 'charges.invoice.id', to: 'invoices.id' },
  { from: 'charges.customer.id', to: 'customers.id' },
  { from: 'charges.last_transaction.id', to: 'charge_transactions.id' },
  { from: 'charge_transactions.card.id', to: 'customer_cards.id', partly: 'cards that are on file' },
  { from: 'charge_transactions.split[].recipient.id', to: 'recipients.id' },
  { from: 'payables.charge_id', to: 'charges.id' },
  { from: 'payables.recipient_id', to: 'recipients.id' },
  { from: 'payables.settlement_id', to: 'settlements.id', presumed: true },
  { from: 'payables.anticipation_id', to: 'recipient_anticipations.id', presumed: true },
  { from: 'settlements.recipient_id', to: 'recipients.id' },
  { from: 'transfers.source.source_id', to: 'recipients.id' },
  {
    from: 'balance_operations.movement_object.id',
    to: 'payables.id',
    partly: 'where `movement_object.object` is `payable`',
  },
  { from: 'disputes.chargeId', to: 'charges.id' },
  { from: 'subscriptions.customer.id', to: 'customers.id' },
  { from: 'subscriptions.plan.id', to: 'plans.id' },
  {
    from: 'subscription_discounts.subscription_item.id',
    to: 'subscription_items.id',
  },
  {
    from: 'subscription_increments.subscription_item.id',
    to: 'subscription_items.id',
  },
  { from: 'invoices.subscription_id', to: 'subscriptions.id' },
  { from: 'invoices.customer.id', to: 'customers.id' },
  { from: 'invoices.charge.id', to: 'charges.id' },
  { from: 'invoices.cycle.id', to: 'subscription_cycles.id' },
];

const DECLARED: Readonly<Record<string, readonly DeclaredRelation[]>> = {
  paystack: PAYSTACK,
  pagarme: PAGARME,
};

export interface Field {
  readonly stream: DeclarativeStream;
  readonly path: string;
}

export interface Relation {
  readonly from: Field;
  readonly to: Field;
  /** True: the connector adds the field, with the key of the parent whose list the row stands in. */
  readonly isToParent: boolean;
  /** Where its schema allows both, a key or the record with it: the form that the path does not lead to. */
  readonly otherForm: string | undefined;
  readonly when: DeclaredRelation['when'];
  readonly partly: string | undefined;
  readonly isPresumed: boolean;
}

function toParents(provider: Provider): DeclaredRelation[] {
  return provider.source.streams.flatMap((stream) => {
    const found: DeclaredRelation[] = [];
    const added = new Set(columnsOf(provider, stream).map(({ name }) => name));
    // A child of a child has the keys of both.
    for (let parent = parentOf(stream); parent !== undefined; parent = parentOf(parent.stream)) {
      const { partition_field: field, parent_key } = parent;
      if (added.has(field)) {
        found.push({ from: `${stream.name}.${field}`, to: `${parent.stream.name}.${parent_key}` });
      }
    }
    return found;
  });
}

function fieldOf(provider: Provider, name: FieldName): Field {
  const [first = '', ...rest] = name.split('.');
  const stream = provider.source.streams.find((one) => one.name === first);
  if (stream === undefined)
    throw new Error(`${provider.name} has no stream ${first}, which ${name} speaks of.`);
  return { stream, path: rest.join('.') };
}

/** An id where the path leads into a record, or a record where it leads to an id. */
function otherFormOf(provider: Provider, { stream, path }: Field, key: string): string | undefined {
  if (fieldAt(provider, stream, path).types.includes('object')) {
    return `the record: the key is then in \`${path}.${key}\``;
  }
  const record = path.split('.').slice(0, -1).join('.');
  if (record === '') return undefined;
  const isAlsoKey = fieldAt(provider, stream, record).types.some((type) => /integer|string/.test(type));
  return isAlsoKey ? `the bare key in \`${record}\`` : undefined;
}

/**
 * All relations of a provider's streams, parents' first.
 * @throws Error if one of them names a field that no schema has
 */
export function relationsOf(provider: Provider): readonly Relation[] {
  const parents = toParents(provider);
  return [...parents, ...(DECLARED[provider.name] ?? [])].map((declared, index) => {
    const from = fieldOf(provider, declared.from);
    const to = fieldOf(provider, declared.to);
    // They throw for a field that the schema has not.
    fieldAt(provider, to.stream, to.path);
    if (declared.when !== undefined) fieldAt(provider, from.stream, declared.when.column);
    return {
      from,
      to,
      isToParent: index < parents.length,
      otherForm: otherFormOf(provider, from, to.path),
      when: declared.when,
      partly: declared.partly,
      isPresumed: declared.presumed === true,
    };
  });
}
