import { pagarme } from './pagarme/provider.js';
import { paystack } from './paystack/provider.js';
import type { ProviderUnderTest } from './provider-under-test.js';

/** To test a further provider: its folder here, its line below, its entries in acceptance-test-config.yml. */
export const PROVIDERS: readonly ProviderUnderTest[] = [paystack, pagarme];

/** The provider that a file of the acceptance tests belongs to. @param path from the root of the project */
export function providerOf(path: string): ProviderUnderTest {
  const provider = PROVIDERS.find(({ name }) => path.startsWith(`integration_tests/${name}/`));
  if (provider === undefined) throw new Error(`${path} lies in the folder of no provider`);
  return provider;
}
