import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addDuration,
  fixedDuration,
  formatDatetime,
  parseDuration,
  parseTimestamp,
  toIso,
} from './datetime.js';

const MIN = Date.UTC(1900, 0, 1);
const MAX = Date.UTC(2199, 11, 31, 23, 59, 59, 999);
const time = fc.integer({ min: MIN, max: MAX });

function after(from: string, duration: string): string {
  return toIso(addDuration(Date.parse(from), parseDuration(duration)));
}

describe('parseTimestamp', () => {
  test('agrees with Date on ISO times in every zone, with and without milliseconds', () => {
    const zone = fc.oneof(
      fc.constant('Z'),
      fc
        .tuple(fc.constantFrom('+', '-'), fc.nat({ max: 14 }), fc.nat({ max: 59 }))
        .map(
          ([sign, hours, minutes]) =>
            `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`,
        ),
    );
    fc.assert(
      fc.property(time, zone, fc.boolean(), (ms, suffix, hasFraction) => {
        const text = toIso(ms).slice(0, hasFraction ? 23 : 19) + suffix;
        expect(parseTimestamp(text)).toBe(Date.parse(text));
      }),
    );
  });

  test('reads back what toIso prints', () => {
    fc.assert(fc.property(time, (ms) => expect(parseTimestamp(toIso(ms))).toBe(ms)));
  });

  test('takes a time without a zone for UTC', () => {
    fc.assert(
      fc.property(time, fc.constantFrom('T', ' ', 't'), (ms, separator) => {
        const text = toIso(ms).slice(0, 23).replace('T', separator);
        expect(parseTimestamp(text)).toBe(ms);
      }),
    );
  });

  test('takes a date for its midnight in UTC', () => {
    fc.assert(
      fc.property(time, (ms) => {
        const date = toIso(ms).slice(0, 10);
        expect(parseTimestamp(date)).toBe(Date.parse(`${date}T00:00:00.000Z`));
      }),
    );
  });

  test('cuts a fraction to milliseconds and never rounds up', () => {
    fc.assert(
      fc.property(
        time,
        fc.stringMatching(/^\d{0,9}$/),
        fc.constantFrom('', 'Z', '+00:00'),
        (ms, more, zone) => {
          expect(parseTimestamp(toIso(ms).slice(0, 23) + more + zone)).toBe(ms);
        },
      ),
    );
    expect(parseTimestamp('2024-05-01T10:00:00.9999999Z')).toBe(Date.parse('2024-05-01T10:00:00.999Z'));
  });

  test('takes no endless fraction, which a state would have to hold', () => {
    expect(parseTimestamp(`2024-05-01T10:00:00.${'1'.repeat(1000)}Z`)).toBeUndefined();
  });

  test.each([
    ['2024-05-01T10:00:00.5Z', '2024-05-01T10:00:00.500Z'],
    ['2024-05-01T10:00:00.07', '2024-05-01T10:00:00.070Z'],
    ['2024-05-01T10:00', '2024-05-01T10:00:00.000Z'],
    ['2024-05-01T10:00+01:00', '2024-05-01T09:00:00.000Z'],
    ['2024-05-01T10:00:00-0300', '2024-05-01T13:00:00.000Z'],
    ['2024-05-01 10:00:00+01', '2024-05-01T09:00:00.000Z'],
    ['2024-05-01T10:00:00z', '2024-05-01T10:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2024-05-01T24:00:00Z', '2024-05-02T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ])('reads %s', (text, wanted) => {
    expect(toIso(parseTimestamp(text) ?? 0)).toBe(wanted);
  });

  test.each([
    ...['2023-02-29', '2024-02-30', '2024-04-31', '2024-13-01', '2024-00-10', '2024-01-00', '2024-01-32'],
    ...['2024-01-01T25:00:00Z', '2024-01-01T10:60:00Z', '2024-01-01T10:00:61Z', '2024-01-01T1a:00:00Z'],
    ...['', 'now', '2024', '2024-05', '2024-5-1', '20240501', '01/05/2024', '2024/05/01', '-024-05-01'],
    ...[
      '2024-05-01Z',
      '2024-05-01T',
      '2024-05-01T10',
      '2024-05-01T10:0',
      '2024-05-01T10:00:0',
      '2024-05-01x10:00',
    ],
    ...['2024-05-01T10:00:00UTC', '2024-05-01T10:00:00+1', '2024-05-01T10:00:00ZZ', '2024-05-01T10:00:00 Z'],
    ...['1714557600', 'null', '2024-05-01T10:00:00.5x', ' 2024-05-01'],
  ])('refuses %j', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });
});

describe('formatDatetime', () => {
  const ms = Date.parse('2024-03-09T07:05:02.045Z');

  test.each([
    ['%Y-%m-%d', '2024-03-09'],
    ['%Y-%m-%dT%H:%M:%SZ', '2024-03-09T07:05:02Z'],
    ['%Y-%m-%dT%H:%M:%S.%_msZ', '2024-03-09T07:05:02.045Z'],
    ['%d/%m/%Y %H:%M', '09/03/2024 07:05'],
    ['plain', 'plain'],
  ])('writes %s', (format, wanted) => {
    expect(formatDatetime(ms, format)).toBe(wanted);
  });

  test.each([
    ['-000001-12-31T23:00:00Z', '0000-01-01'],
    ['+010000-01-01T00:00:00Z', '9999-12-31'],
  ])('writes %s, whose year has no four digits, as %s', (time, wanted) => {
    expect(formatDatetime(Date.parse(time), '%Y-%m-%d')).toBe(wanted);
  });

  test('refuses a token that it does not know', () => {
    expect(() => formatDatetime(ms, '%Y %q')).toThrow('unknown token %q');
  });
});

describe('parseDuration', () => {
  const SECOND = 1000;
  const DAY = 86_400 * SECOND;

  test.each([
    ['P1M', 1, 0],
    ['P2Y3M', 27, 0],
    ['P30D', 0, 30 * DAY],
    ['P1W2D', 0, 9 * DAY],
    ['PT1S', 0, SECOND],
    ['PT0.001S', 0, 1],
    ['PT1H30M', 0, 5400 * SECOND],
    ['P1DT12H', 0, 1.5 * DAY],
  ])('reads %s', (text, months, ms) => {
    expect(parseDuration(text)).toEqual({ months, ms });
  });

  test.each(['', '1D', 'P1', 'PT1D', 'P1S', 'p1d', 'P-1D', 'P1M ', '-P1D'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow('is not an ISO 8601 duration');
  });

  test('gives a fixed length only to what has one', () => {
    expect(fixedDuration('P1D')).toBe(DAY);
    expect(() => fixedDuration('P1M')).toThrow('P1M has no fixed length');
    expect(() => fixedDuration('P1Y')).toThrow('P1Y has no fixed length');
  });
});

describe('addDuration', () => {
  test.each([
    ['2024-01-31T10:00:00Z', 'P1M', '2024-02-29T10:00:00.000Z'],
    ['2023-01-31T00:00:00Z', 'P1M', '2023-02-28T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', 'P1Y', '2025-02-28T00:00:00.000Z'],
    ['2024-08-31T23:59:59.999Z', 'P1M', '2024-09-30T23:59:59.999Z'],
    ['2024-12-15T00:00:00Z', 'P1M', '2025-01-15T00:00:00.000Z'],
    ['2024-10-31T00:00:00Z', 'P4M', '2025-02-28T00:00:00.000Z'],
    ['2024-01-31T00:00:00Z', 'P1M1D', '2024-03-01T00:00:00.000Z'],
    ['2024-02-28T12:00:00Z', 'P2D', '2024-03-01T12:00:00.000Z'],
  ])('%s plus %s is %s', (from, duration, wanted) => {
    expect(after(from, duration)).toBe(wanted);
  });

  test('always moves on, never beyond the month', () => {
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 48 }), (ms, months) => {
        const sum = new Date(addDuration(ms, { months, ms: 0 }));
        const from = new Date(ms);
        const passed =
          (sum.getUTCFullYear() - from.getUTCFullYear()) * 12 + sum.getUTCMonth() - from.getUTCMonth();
        expect(passed).toBe(months);
        expect(toIso(sum.getTime()).slice(10)).toBe(toIso(ms).slice(10));
      }),
    );
  });
});
