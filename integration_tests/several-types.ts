/**
 * The columns whose schema allows several types besides null: the only ones, and why. They declare them by `oneOf`, of
 * which destinations make a JSON column; of a list of types some take one alone, and all other values become null. What
 * only another reply sends (of a create, a fetch, a verify) is no reason: see decision 26. Below the columns types may be
 * several: there, nothing depends on them.
 */
export interface SeveralTypes {
  readonly why: string;
  /** Without null, in order of the alphabet. */
  readonly types: readonly string[];
  /** `stream.column` */
  readonly columns: readonly string[];
  /** Nobody has seen anything but null in the list, so that each type would be a guess. */
  readonly isNeverSeen?: true;
}

/** By provider. */
export const SEVERAL_TYPES: Readonly<Record<string, readonly SeveralTypes[]>> = {
  paystack: [
    {
      why:
        'Whatever JSON the merchant has stored. Samples of the vendor have objects, null and ""; the same data is ' +
        'an object in some lists and its text ("{}") in others.',
      types: ['array', 'boolean', 'number', 'object', 'string'],
      columns: [
        'bulk_charge_items.metadata',
        'customers.metadata',
        'dedicated_accounts.metadata',
        'invoices.metadata',
        'orders.metadata',
        'pages.metadata',
        'products.metadata',
        'settlement_transactions.metadata',
        'storefronts.metadata',
        'subaccounts.metadata',
        'subscriptions.metadata',
        'transactions.metadata',
        'transfer_recipients.metadata',
        'virtual_terminals.metadata',
      ],
    },
    {
      why: 'The vendor documents the object, and the same as text.',
      types: ['object', 'string'],
      columns: ['dedicated_accounts.split_config'],
    },
    {
      why: 'Only null is known; documents of other replies disagree.',
      types: ['array', 'number', 'object'],
      columns: ['settlements.deductions'],
      isNeverSeen: true,
    },
    {
      why: 'Only null is known; the neighbours of this column are ids in lists and objects elsewhere.',
      types: ['integer', 'object', 'string'],
      columns: ['orders.page'],
      isNeverSeen: true,
    },
  ],
  pagarme: [],
};
