/** The words of the command line: what they mean, and what is said when they are wrong. */
import yargs from 'yargs';
import type { Argv } from 'yargs';
import { readVersion } from './package-files.js';

const COMMANDS = ['spec', 'check', 'discover', 'read'] as const;

export interface Arguments {
  readonly command: (typeof COMMANDS)[number];
  readonly debug: boolean;
  readonly config: string;
  readonly catalog: string;
  readonly state: string | undefined;
}

/** What is to be done, or the text to show instead. */
export type CommandLine = { run: Arguments } | { help: string } | { usage: string };

const config = {
  type: 'string',
  demandOption: true,
  requiresArg: true,
  describe: 'JSON file with the config',
} as const;
const catalog = {
  type: 'string',
  demandOption: true,
  requiresArg: true,
  describe: 'JSON file with the streams to read',
} as const;
const state = {
  type: 'string',
  requiresArg: true,
  describe: 'JSON file with the last state of each stream: goes on from there',
} as const;

const CONFIG_EXAMPLE = 'config.json: {"provider": {"name": "paystack", "secret_key": "sk_test_…"}}';
const CATALOG_EXAMPLE =
  'catalog.json: {"streams": [{"stream": {"name": "transactions"}, "sync_mode": "incremental", "destination_sync_mode": "append"}]}';

/** An example of each command, as it is also given to whoever mistyped it. */
const EXAMPLES: Readonly<Record<Arguments['command'], string>> = {
  spec: 'spec',
  check: 'check --config config.json',
  discover: 'discover --config config.json',
  read: 'read --config config.json --catalog catalog.json',
};

const PROGRESS = 'Messages go to standard output. On a terminal, standard error shows how far the read is.';

function withCommands(parser: Argv): Argv {
  const read = '$0 read --config config.json --catalog catalog.json';
  return parser
    .command('spec', 'Print what a config looks like', (one) => one.example('$0 spec', ''))
    .command('check', 'Try the config against the API', (one) =>
      one
        .options({ config })
        .example(`$0 ${EXAMPLES.check}`, '')
        .example(`$0 ${EXAMPLES.check} --debug`, '')
        .epilogue(CONFIG_EXAMPLE),
    )
    .command('discover', 'List the streams', (one) =>
      one.options({ config }).example(`$0 ${EXAMPLES.discover}`, '').epilogue(CONFIG_EXAMPLE),
    )
    .command('read', 'Read the streams of a configured catalog', (one) =>
      one
        .options({ config, catalog, state })
        .example(`${read} > messages.jsonl`, '')
        .example(`${read} --state state.json`, '')
        .epilogue(`${PROGRESS}\n\n${CONFIG_EXAMPLE}\n${CATALOG_EXAMPLE}`),
    );
}

/** The texts of yargs that `problemOf` takes apart. They are set here, so that no locale replaces them. */
const MISSING = 'missing: ';
const NO_VALUE = 'no value: ';
const UNKNOWN = 'unknown: ';
const STRINGS = {
  'Missing required argument: %s': { one: `${MISSING}%s`, other: `${MISSING}%s` },
  'Not enough arguments following: %s': `${NO_VALUE}%s`,
  'Unknown argument: %s': { one: `${UNKNOWN}%s`, other: `${UNKNOWN}%s` },
  'Unknown command: %s': { one: `${UNKNOWN}%s`, other: `${UNKNOWN}%s` },
};

function namesIn(message: string, prefix: string): string[] {
  return message.slice(prefix.length).split(', ');
}

/** A sentence for what yargs complains about. */
function problemOf(
  message: string,
  argv: readonly string[],
  command: Arguments['command'] | undefined,
): string {
  if (message.startsWith(MISSING)) {
    const files = namesIn(message, MISSING).map((name) => `--${name} FILE`);
    return `${command ?? 'The command'} needs ${files.join(' and ')}.`;
  }
  if (message.startsWith(NO_VALUE)) {
    return `--${namesIn(message, NO_VALUE).join(', --')} needs the name of a file after it.`;
  }
  if (!message.startsWith(UNKNOWN)) return message;
  const names = namesIn(message, UNKNOWN);
  const options = names.filter((name) => !argv.includes(name));
  const words = names.filter((name) => argv.includes(name)).join(' ');
  // An option of a command that is misspelt is unknown because of that.
  if (words !== '' && command === undefined) {
    return `There is no command "${words}". The commands are ${COMMANDS.join(', ')}.`;
  }
  if (options.length > 0) {
    return `${command ?? 'source-payments'} has no option ${options.map((name) => `--${name}`).join(', ')}.`;
  }
  return COMMANDS.some((one) => one === words)
    ? `One command at a time: "${words}" is too much after ${command}.`
    : `"${words}" stands alone: a file needs an option before it, such as --config.`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** @param argv without `node` and the script */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const problems: string[] = [];
  let output = '';
  const name = 'source-payments';
  const parser = withCommands(
    yargs([])
      .locale('en')
      // Its types know no plurals.
      .updateStrings(STRINGS as unknown as Record<string, string>)
      .scriptName(name)
      // An example that is broken into lines cannot be copied.
      .wrap(null)
      .usage(
        '$0 <command>\n\nReads Paystack or Pagar.me as an Airbyte source; messages go to standard output.',
      ),
  )
    .alias('help', 'h')
    .option('debug', { type: 'boolean', default: false, describe: 'Log at level DEBUG', global: true })
    .demandCommand(1, 1, `Name a command: ${COMMANDS.join(', ')}.`)
    .version(readVersion())
    .parserConfiguration({ 'duplicate-arguments-array': false, 'camel-case-expansion': false })
    .strict()
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      problems.push(message ?? error?.message ?? 'The arguments are not valid.');
    });
  for (const command of COMMANDS) parser.example(`$0 ${EXAMPLES[command]}`, '');
  const parsed = parser.parseSync([...argv], {}, (_error: unknown, _args: unknown, text: string) => {
    output = text;
  });

  const command = COMMANDS.find((one) => one === parsed._[0]);
  // A variable of the shell that is not set: --config="$CONFIG".
  const empty = ['config', 'catalog', 'state'].filter(
    (option) => parsed[option] !== undefined && (textOf(parsed[option]) ?? '') === '',
  );
  if (empty.length > 0) problems.push(`${NO_VALUE}${empty.join(', ')}`);
  // What is missing may be what was misspelt.
  const problem = problems.find((one) => one.startsWith(UNKNOWN)) ?? problems[0];
  if (problem !== undefined) {
    const help = [name, ...(command === undefined ? [] : [command]), '--help'].join(' ');
    const lines = [
      problemOf(problem, argv, command),
      `Example: ${name} ${EXAMPLES[command ?? 'check']}`,
      `Help: ${help}`,
    ];
    return { usage: `${lines.join('\n')}\n` };
  }
  if (output !== '' || command === undefined) return { help: `${output}\n` };
  return {
    run: {
      command,
      debug: parsed['debug'] === true,
      config: textOf(parsed['config']) ?? '',
      catalog: textOf(parsed['catalog']) ?? '',
      state: textOf(parsed['state']),
    },
  };
}
