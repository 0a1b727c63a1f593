/** All tests of the scanner, as on a processor without the instructions on 16 bytes. */
import { expect, jest, test } from '@jest/globals';

const validate = jest.spyOn(WebAssembly, 'validate').mockReturnValue(false);
await import('./json-scanner.test.js');
await import('./json-scanner-properties.test.js');

test('the scanner has asked for these instructions', () => {
  expect(validate).toHaveBeenCalledTimes(1);
});
