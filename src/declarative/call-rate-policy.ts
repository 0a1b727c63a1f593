import type { HTTPAPIBudget, KeyMode, MovingWindowCallRatePolicy } from './components.js';

/** The first policy that fits a path, for keys of the mode; undefined if the API limits no calls to it. */
export function callRatePolicy(
  { policies }: HTTPAPIBudget,
  path: string,
  mode: KeyMode,
): MovingWindowCallRatePolicy | undefined {
  return policies.find(
    ({ matchers, extensions }) =>
      (extensions?.key_mode ?? mode) === mode &&
      matchers.some(
        ({ url_path_pattern: pattern }) => pattern === undefined || new RegExp(pattern).test(path),
      ),
  );
}
