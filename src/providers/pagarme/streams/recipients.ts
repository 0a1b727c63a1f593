import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListByChange } from '../defaults.js';

/**
 * Recipients of splits. The API has no date filter for them. Full of personal data.
 * https://docs.pagar.me/reference/listar-recebedores
 */
export const recipients = {
  type: 'DeclarativeStream',
  name: 'recipients',
  primary_key: ['id'],
  retriever: list('/recipients'),
  incremental_sync: wholeListByChange('deleted_at'),
  schema_loader: schema('recipients'),
} as const satisfies DeclarativeStream;
