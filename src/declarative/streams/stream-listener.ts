import type { JsonObject } from '../../protocol/messages.js';
import { recordCountOf } from '../../protocol/record-batch.js';
import type { Clock } from '../requesters/api-budget.js';
import type { SliceListener } from './slice-reader.js';
import type { StreamMessages } from './stream-messages.js';
import { isLimited, shortfall } from './stream-stats.js';
import type { StreamStats } from './stream-stats.js';

/** Warnings about lists that came short; the line at the end counts all of them. */
const MAX_SHORT_WARNINGS = 10;

/**
 * What becomes of that which happens while slices are read: messages and figures.
 * @param state how far the stream has come
 */
export function streamListener(
  messages: StreamMessages,
  stats: StreamStats,
  clock: Clock,
  state: () => JsonObject,
): SliceListener {
  let shortWarnings = 0;
  const beat = () => messages.beat(state);
  // A failed write shows up at the next awaited one.
  const ignore = () => undefined;
  return {
    warn: (message) => void messages.log('WARN', message).catch(ignore),
    info: (message) => void messages.log('INFO', message).catch(ignore),
    requested: (bytes, isRetry) => {
      stats.addRequest(bytes, isRetry);
      beat();
    },
    throttled: (ms) => {
      stats.throttled(clock.now(), ms);
      beat();
    },
    rateLimited: (until) => {
      stats.limitedUntil = until;
      messages.rateLimited(until).catch(ignore);
      beat();
    },
    listRead: (outcome, path) => {
      stats.addList(outcome);
      const isToBeTold = outcome.completeness === 'short' || outcome.isShort || isLimited(outcome);
      if (isToBeTold && ++shortWarnings <= MAX_SHORT_WARNINGS) {
        void messages.log('WARN', `${path}: ${shortfall(outcome)}`).catch(ignore);
      }
    },
    write: (batch) => {
      stats.records += recordCountOf(batch);
      return messages.records(batch);
    },
  };
}
