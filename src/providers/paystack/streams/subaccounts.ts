import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema } from '../defaults.js';

/**
 * The list carries no dates.
 * https://paystack.com/docs/api/subaccount/#list
 */
export const subaccounts = {
  type: 'DeclarativeStream',
  name: 'subaccounts',
  primary_key: ['id'],
  retriever: list('/subaccount'),
  schema_loader: schema('subaccounts'),
} as const satisfies DeclarativeStream;
