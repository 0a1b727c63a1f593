import type { DeclarativeStream } from '../../../declarative/components.js';
import { schema, singlePage } from '../defaults.js';

/**
 * Countries that the vendor serves; the same for every account.
 * https://paystack.com/docs/api/miscellaneous/#country
 */
export const countries = {
  type: 'DeclarativeStream',
  name: 'countries',
  primary_key: ['id'],
  retriever: singlePage('/country'),
  schema_loader: schema('countries'),
} as const satisfies DeclarativeStream;
