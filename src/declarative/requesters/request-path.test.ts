import { describe, expect, test } from '@jest/globals';
import { TracedError } from '../../protocol/errors.js';
import { fillPath, pathTemplate } from './request-path.js';

const PATH = '/parents/{{ stream_partition.parent_id }}/children';

function filled(raw: string): string {
  return fillPath(PATH, { values: new Map([['parent_id', raw]]) });
}

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

  test.each(['""', '"."', '".."', '"\\u002e\\u002e"', '"\\ud800x"'])('is refused for the id %s', (raw) => {
    let error: unknown;
    try {
      filled(raw);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TracedError);
    expect(error).toMatchObject({ failureType: 'system_error' });
    expect(String(error)).toContain('cannot be asked for');
  });

  test('names the place for people', () => {
    expect(pathTemplate(PATH)).toBe('/parents/{parent_id}/children');
  });
});
