import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { capturedOf } from '../../test-support/captured-values.fixture.js';
import { parseTimestamp } from '../datetime.js';
import { CapturedValues } from './captured-values.js';

describe('captured values', () => {
  const values = capturedOf('"é\\n"', undefined, 'null', '"null"', '""', '0', 'false', '{"a":1}');
  const all = Array.from({ length: values.length }, (_, at) => at);

  test('are there as raw JSON', () => {
    const raw = ['"é\\n"', undefined, 'null', '"null"', '""', '0', 'false', '{"a":1}'];
    expect(all.map((at) => values.raw(at))).toEqual(raw);
    expect(values.raw(values.length)).toBeUndefined();
  });

  test('that are null are not present, as those that are not there', () => {
    expect(all.filter((at) => !values.isPresent(at))).toEqual([1, 2]);
    expect(all.filter((at) => values.present(at) === undefined)).toEqual([1, 2]);
    expect(values.present(3)).toBe('"null"');
  });

  test('have a text if they are strings', () => {
    expect(all.map((at) => values.text(at))).toEqual([
      'é\n',
      undefined,
      undefined,
      'null',
      '',
      ...Array<undefined>(3),
    ]);
  });

  test('are whole numbers where no digit of them is lost', () => {
    const wanted = fc.oneof(fc.maxSafeNat(), fc.nat(), fc.constantFrom(0, 999_999_999_999_999, 1e15));
    fc.assert(
      fc.property(wanted, (number) => {
        const isShort = String(number).length <= 15;
        expect(capturedOf(String(number)).wholeNumber(0)).toBe(isShort ? number : undefined);
      }),
    );
    const others = ['-1', '1.0', '1e3', '"1"', 'null', 'true', '[]', undefined, '12345678901234567890'];
    for (const raw of others) expect(capturedOf(raw).wholeNumber(0)).toBeUndefined();
  });

  test('have the time that their text has, whatever stands behind them', () => {
    const part = fc.constantFrom(
      ...[
        '2024-05-01',
        '2024-02-30',
        'T',
        ' ',
        '10',
        ':',
        '00',
        '59',
        '.',
        '123',
        'Z',
        '+01:00',
        '-',
        '"',
        '\\',
        'é',
      ],
    );
    const text = fc.oneof(
      fc.array(part, { maxLength: 9 }).map((parts) => parts.join('')),
      fc.stringMatching(
        /^2024-0[1-9]-[0-2]\d(T[0-2]\d:[0-6]\d(:[0-6]\d(\.\d{1,9})?)?(Z|z|[+-]\d\d:?\d\d)?)?$/,
      ),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('"00:00:00Z"', '":00"', '0', undefined), (one, next) => {
        expect(capturedOf(JSON.stringify(one), next).time(0)).toBe(parseTimestamp(one));
      }),
      { numRuns: 2000 },
    );
  });

  test('have a time behind escapes, too', () => {
    const escaped = '"2024-05-01T10:00:00\\u002b01:00"';
    expect(capturedOf(escaped).time(0)).toBe(Date.parse('2024-05-01T09:00:00Z'));
    for (const raw of ['"no \\n date"', '20240501', 'null', '""', '"', undefined]) {
      expect(capturedOf(raw).time(0)).toBeUndefined();
    }
  });

  test('that were copied stay when the page is overwritten', () => {
    const bytes = Buffer.from('[7,{},"2024-05-01"]');
    const kept = new CapturedValues(bytes, [1, 2, -1, -1, 6, 18]).copy();
    bytes.fill(0);
    expect([0, 1, 2].map((at) => kept.raw(at))).toEqual(['7', undefined, '"2024-05-01"']);
    expect([kept.length, kept.time(2)]).toEqual([3, Date.parse('2024-05-01T00:00:00Z')]);
  });
});
