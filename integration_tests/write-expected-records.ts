/**
 * Writes the files of the acceptance tests that are made of the program's own output: the configured catalog,
 * the state in the far future, some expected records and the snapshots that later versions are compared with.
 * Run it after a change of streams or schemas that is meant, and look at the difference before you commit it.
 *
 *   npm run build && npx tsx integration_tests/write-expected-records.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { catalogSnapshot } from './acceptance/snapshots.js';
import { readText } from './acceptance-config.js';
import { configured, ROOT } from './connector-runner.js';
import { PROVIDERS } from './providers.js';
import { running } from './running.js';

/** Records of each stream that are expected. */
const RECORDS = 2;
const FAR_FUTURE = '2999-01-01T00:00:00.000Z';

async function writeJson(path: string, value: unknown): Promise<void> {
  const file = join(ROOT, path);
  const options = await resolveConfig(file);
  writeFileSync(file, await format(JSON.stringify(value, null, 2), { ...options, filepath: file }));
}

await writeJson('integration_tests/spec.snapshot.json', JSON.parse(readText('spec.json')));
for (const provider of PROVIDERS) {
  const folder = `integration_tests/${provider.name}`;
  const { connector, sandbox, close } = await running(provider.start());
  const streams = await connector.streams(`${folder}/config.json`);

  await writeJson(`${folder}/configured_catalog.json`, {
    // The tests take the schemas from discover.
    streams: streams.map((stream) => configured({ ...stream, json_schema: {} })),
  });
  await writeJson(
    `${folder}/abnormal_state.json`,
    streams
      .filter(({ default_cursor_field }) => default_cursor_field !== undefined)
      .map(({ name, default_cursor_field: [cursor = ''] = [] }) => ({
        type: 'STREAM',
        stream: { stream_descriptor: { name }, stream_state: { [cursor]: FAR_FUTURE } },
      })),
  );
  await writeJson(`${folder}/catalog.snapshot.json`, catalogSnapshot(streams));

  const expected = sandbox.expected();
  const lines = streams.flatMap(({ name }) =>
    (expected.get(name) ?? [])
      .slice(0, RECORDS)
      .map((raw) => `{"stream":${JSON.stringify(name)},"data":${raw},"emitted_at":0}\n`),
  );
  writeFileSync(join(ROOT, `${folder}/expected_records.jsonl`), lines.join(''));
  await close();
}
