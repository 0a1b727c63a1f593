import type { Clock } from './declarative/requesters/api-budget.js';
import type { SendHttp } from './declarative/requesters/http.js';
import type { Output } from './protocol/output.js';

/** Tells of each request at level DEBUG: what was asked, and what came in how many ms. */
export function withRequestLog(http: SendHttp, output: Output, clock: Clock): SendHttp {
  if (!output.isDebug) return http;
  return async (request) => {
    const begun = clock.elapsed();
    const tell = (what: string): void => {
      const { pathname, search } = new URL(request.url);
      const ms = Math.round(clock.elapsed() - begun);
      // A failed write shows up at the next awaited one.
      output.log('DEBUG', `GET ${pathname}${search}: ${what}, ${ms} ms`).catch(() => undefined);
    };
    try {
      const response = await http(request);
      tell(`HTTP ${response.status}, ${response.body.length} bytes`);
      return response;
    } catch (error) {
      tell(String(error));
      throw error;
    }
  };
}
