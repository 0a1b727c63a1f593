/** Named checks, one after the other. */

export interface Check {
  readonly title: string;
  /** @throws if it fails */
  readonly run: () => Promise<void>;
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NONE: Tally = { passed: 0, failed: 0, skipped: 0 };

export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (all, one) => ({
      passed: all.passed + one.passed,
      failed: all.failed + one.failed,
      skipped: all.skipped + one.skipped,
    }),
    NONE,
  );
}

export async function runChecks(checks: readonly Check[]): Promise<Tally> {
  let failed = 0;
  for (const { title, run } of checks) {
    const started = Date.now();
    try {
      await run();
      console.log(`  ok    ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      console.log(`  FAIL  ${title}\n${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { passed: checks.length - failed, failed, skipped: 0 };
}
