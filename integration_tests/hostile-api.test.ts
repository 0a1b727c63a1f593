/**
 * A hostile, hijacked or broken API: whatever it answers, the key goes to no other host and into no output, the
 * program ends with a sentence, and its memory stays bounded.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { largeBodyTests } from './hostile/large-bodies.js';
import { wireTests } from './hostile/wire.js';
import { contentTests } from './hostile/content.js';
import { secretTests } from './hostile/secrets.js';
import { listTests } from './hostile/lists.js';
import { waitTests } from './hostile/waits.js';
import { redirectTests } from './hostile/redirects.js';
import { createStage, MAX_PLAY_MS } from './hostile/stage.js';
import { TARGETS } from './hostile/targets.js';
import { leaksOf } from './hostile/spellings.js';

/**
 * MiB of the whole process: about 70 for the program, 64 for large bodies, 2 for each of 20 others, and what the
 * collector has not swept yet. Half of what a container has.
 */
const MAX_MEMORY = 250;

jest.setTimeout(2 * MAX_PLAY_MS);

const stage = createStage();
beforeAll(() => stage.start());
afterAll(() => stage.close());

wireTests(stage);
largeBodyTests(stage);
secretTests(stage);
contentTests(stage);
listTests(stage);
waitTests(stage);
redirectTests(stage);

describe.each(stage.plays)('in every case: $play.title', ({ play, outcome }) => {
  it('it ends by itself, and its exit code agrees with its last message', async () => {
    const { code, signal, messages, read } = await outcome();
    if (play.watch !== undefined) return;
    expect({ signal, isEnd: code === 0 || code === 1 }).toEqual({ signal: null, isEnd: true });
    expect(messages.at(-1)?.type === 'TRACE' && read.errors.length > 0).toBe(code === 1);
  });

  it('it prints one message on each line, and sentences instead of stacks', async () => {
    const { stdout, stderr, otherLines, read } = await outcome();
    expect({ stderr, otherLines }).toEqual({ stderr: '', otherLines: [] });
    // What the program says where it was not prepared for what it met.
    expect(stdout).not.toContain('an error that it does not know');
    for (const { error } of read.errors) {
      expect(error).not.toHaveProperty('stack_trace');
      expect(error.message).toMatch(/^[A-Z\d].{20,}/);
    }
  });

  it('its other streams are complete', async () => {
    const run = await outcome();
    for (const stream of play.command === 'check' ? [] : (play.beside ?? ['plans'])) {
      expect({ stream, status: run.statusOf(stream) }).toEqual({ stream, status: 'COMPLETE' });
    }
  });

  it('the key is sent in the header that it belongs into, and is never printed', async () => {
    const { asked, stdout, stderr } = await outcome();
    const { secretKey } = TARGETS[play.provider];
    expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(asked.filter(({ path, query }) => `${path}?${query.toString()}`.includes(secretKey))).toEqual([]);
    expect(leaksOf(secretKey, `${stdout}${stderr}`)).toEqual([]);
  });

  it('its memory stays bounded', async () => {
    const { peakMemory } = await outcome();
    if (peakMemory !== undefined) expect(peakMemory).toBeLessThan(MAX_MEMORY);
  });
});

it('nothing ever arrived elsewhere', async () => {
  await Promise.all(stage.plays.map(({ outcome }) => outcome()));
  expect(stage.arrivals()).toBe(0);
});
