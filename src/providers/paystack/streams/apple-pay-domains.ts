import type { DeclarativeStream } from '../../../declarative/components.js';
import { byCursor, list, schema } from '../defaults.js';

/**
 * The API sends names only; each becomes a record with one field.
 * https://paystack.com/docs/api/apple-pay/#list
 */
export const applePayDomains = {
  type: 'DeclarativeStream',
  name: 'apple_pay_domains',
  primary_key: ['domain_name'],
  retriever: {
    ...list('/apple-pay/domain', { use_cursor: 'true' }),
    record_selector: {
      type: 'RecordSelector',
      extractor: {
        type: 'DpathExtractor',
        field_path: ['data', 'domainNames'],
        extensions: { wrap_as: 'domain_name' },
      },
    },
    paginator: byCursor,
  },
  schema_loader: schema('apple_pay_domains'),
} as const satisfies DeclarativeStream;
