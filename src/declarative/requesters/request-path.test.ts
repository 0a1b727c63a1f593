import { describe, expect, test } from '@jest/globals';
import type { StreamPartition } from '../stream-slice.js';
import { fillPath, pathTemplate, shownPath, UnusableIdError } from './request-path.js';

const PATH = '/parents/{{ stream_partition.parent_id }}/children';

const partition = (raw: string): StreamPartition => ({ values: new Map([['parent_id', raw]]) });
const filled = (raw: string): string => fillPath(PATH, partition(raw));

describe('the path of a list that belongs to a record', () => {
  test.each([
    ['7', '/parents/7/children'],
    ['12345678901234567890', '/parents/12345678901234567890/children'],
    ['"cus_1"', '/parents/cus_1/children'],
    ['"a/../b?c#d"', '/parents/a%2F..%2Fb%3Fc%23d/children'],
    ['"\\u00e9"', '/parents/%C3%A9/children'],
  ])('holds the id %s as it stands in a URL', (raw, path) => {
    expect(filled(raw)).toBe(path);
  });

  test.each(['""', '"."', '".."', '"\\u002e\\u002e"', '"\\ud800x"', '[1]', '{"a":1}', 'true'])(
    'is refused for the id %s, and can be shown all the same',
    (raw) => {
      let error: unknown;
      try {
        filled(raw);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(UnusableIdError);
      expect(error).toMatchObject({ failureType: 'system_error' });
      expect(String(error)).toContain('cannot be asked for');
      expect(shownPath(PATH, partition(raw))).toMatch(/^\/parents\/[^/\s]*\/children$/);
    },
  );

  test('is shown as it is asked for, but of an id without end only the beginning', () => {
    for (const raw of ['7', '"a/../b?c#d"', '"\\u00e9"'])
      expect(shownPath(PATH, partition(raw))).toBe(filled(raw));
    expect(shownPath(PATH, partition(`"${'x'.repeat(1e6)}"`)).length).toBeLessThan(200);
  });

  test('names the place for people', () => {
    expect(pathTemplate(PATH)).toBe('/parents/{parent_id}/children');
  });
});
