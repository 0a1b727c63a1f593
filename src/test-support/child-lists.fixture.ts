/** A stream of the lists of all parents, which are read in one slice. */
import type { DeclarativeStream } from '../declarative/components.js';
import { HOUR_MS } from '../declarative/durations.js';
import { childStreamOf, streamOf } from './definitions.fixture.js';
import { at, START } from './read-run.fixture.js';

export interface Parent {
  readonly id: number;
  readonly createdAt: string;
}

const byOrders = childStreamOf('items', streamOf('orders'));
const router = byOrders.retriever.partition_router;
if (router === undefined) throw new Error('not a substream');
export const ROUTER = router;
const [config] = ROUTER.parent_stream_configs;
export const ofAll = {
  ...config,
  incremental_dependency: false,
  extensions: { newest_first_by: 'createdAt' },
};
/** All parents, and the children's own date decides. */
export const items: DeclarativeStream = {
  ...byOrders,
  retriever: { ...byOrders.retriever, partition_router: { ...ROUTER, parent_stream_configs: [ofAll] } },
  incremental_sync: { type: 'DatetimeBasedCursor', cursor_field: 'updatedAt', datetime_format: '%Y-%m-%d' },
};

/** Parents, one for each hour, in the order of their list. */
export function parentsOf(count: number, order: 'newest first' | 'oldest first' = 'newest first'): Parent[] {
  const all = Array.from({ length: count }, (_, id) => ({ id, createdAt: at(START + id * HOUR_MS) }));
  return order === 'newest first' ? all.reverse() : all;
}
