import { expect, test } from '@jest/globals';
import { freeBuffer } from './free-buffer.js';

const CAN_FREE = 'transfer' in ArrayBuffer.prototype;

test('a large buffer is empty afterwards, where Node can do that', () => {
  const page = Buffer.alloc(100_000, 'x');
  freeBuffer(page);
  expect(page).toHaveLength(CAN_FREE ? 0 : 100_000);
});

test('may be asked twice, also for two parts of the same memory', () => {
  const page = Buffer.alloc(100_000, 'x');
  const part = page.subarray(10);
  freeBuffer(page);
  freeBuffer(page);
  freeBuffer(part);
  expect(part).toHaveLength(CAN_FREE ? 0 : 99_990);
});

test('the memory that small buffers share stays', () => {
  const [small, other] = [Buffer.from('small'), Buffer.from('other')];
  expect(other.buffer).toBe(small.buffer);
  freeBuffer(small);
  expect(small.toString()).toBe('small');
  expect(other.toString()).toBe('other');
});
