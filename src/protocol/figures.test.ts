import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { counted, grouped } from './figures.js';

describe('figures', () => {
  it('sets thousands apart, as Intl does', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (number) => {
        expect(grouped(number)).toBe(number.toLocaleString('en-US'));
      }),
    );
  });

  it('rounds', () => {
    expect(grouped(1234.5)).toBe('1,235');
    expect(counted(0.7, 'record')).toBe('1 record');
  });

  it('puts the noun into the plural', () => {
    expect(counted(0, 'record')).toBe('0 records');
    expect(counted(1, 'record')).toBe('1 record');
    expect(counted(12_345, 'record')).toBe('12,345 records');
    expect(counted(1, 'of them a retry', 'of them retries')).toBe('1 of them a retry');
    expect(counted(2, 'of them a retry', 'of them retries')).toBe('2 of them retries');
  });
});
