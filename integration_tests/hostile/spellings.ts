/** The ways in which an API may spell a key when it echoes one. */

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const hex = (char: string): string => char.charCodeAt(0).toString(16).padStart(2, '0');
const each = (text: string, spell: (char: string) => string): string => [...text].map(spell).join('');

const groups = (text: string, size: number, between: string): string =>
  (text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(between);

/** By name. */
export function spellingsOf(key: string): Readonly<Record<string, string>> {
  return {
    'as it is': key,
    'in lower case': key.toLowerCase(),
    'in base64': base64(key),
    'in base64url': Buffer.from(`${key}:`).toString('base64url'),
    'as the user of Basic authorization': base64(`${key}:`),
    'with percents': each(key, (char) => `%${hex(char).toUpperCase()}`),
    'with a percent for its underscores': key.replaceAll('_', '%5F'),
    'with escapes of JSON': each(key, (char) => `\\u00${hex(char)}`),
    'with an escape of JSON for its underscores': key.replaceAll('_', '\\u005f'),
    'with percents, encoded twice more': each(key, (char) => `%2525${hex(char)}`),
    'in hexadecimal': each(key, hex),
    'in hexadecimal, as in C': each(key, (char) => `\\x${hex(char)}`),
    'in quoted-printable': each(key, (char) => `=${hex(char).toUpperCase()}`),
    'in entities of HTML': each(key, (char) => `&#${char.charCodeAt(0)};`),
    'in hexadecimal entities of HTML': each(key, (char) => `&#x${hex(char)};`),
    'in groups of four': groups(key, 4, ' '),
    'on several lines': groups(key, 8, '\r\n'),
    'in base64 on several lines': groups(base64(`${key}:`), 40, '\n'),
    'without its prefix': key.slice(key.lastIndexOf('_') + 1),
  };
}

/** The spellings of a key that a text holds. */
export function leaksOf(key: string, text: string): string[] {
  const lower = text.toLowerCase();
  return Object.entries(spellingsOf(key)).flatMap(([name, spelling]) =>
    lower.includes(spelling.toLowerCase()) ||
    lower.includes(JSON.stringify(spelling).slice(1, -1).toLowerCase())
      ? [name]
      : [],
  );
}
