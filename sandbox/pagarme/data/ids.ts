import type { Dice } from '../../random.js';

/** Ids are sixteen letters of both cases and digits, as in `ch_56GXnk6T0eU88qMm`. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 16;
/** The last characters hold the record's index, so that a record is found again without a search. */
const INDEX_LENGTH = 5; // 62^5, more than 900 million records

export function code(dice: Dice, length: number): string {
  let text = '';
  for (let i = 0; i < length; i += 1) text += ALPHABET.charAt(dice.int(0, ALPHABET.length - 1));
  return text;
}

export function codeOfIndex(dice: Dice, index: number): string {
  let tail = '';
  for (let rest = index, i = 0; i < INDEX_LENGTH; i += 1, rest = Math.floor(rest / ALPHABET.length)) {
    tail = ALPHABET.charAt(rest % ALPHABET.length) + tail;
  }
  return code(dice, LENGTH - INDEX_LENGTH) + tail;
}

/** Trusts the form alone: the caller compares the whole id. */
export function indexOfCode(text: string): number | undefined {
  if (text.length !== LENGTH) return undefined;
  let index = 0;
  for (const char of text.slice(-INDEX_LENGTH)) {
    const digit = ALPHABET.indexOf(char);
    if (digit < 0) return undefined;
    index = index * ALPHABET.length + digit;
  }
  return index;
}
