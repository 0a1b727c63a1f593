import { configError } from '../../protocol/errors.js';
import type { HttpRequester } from '../components.js';

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Where the API is. Only the environment may point elsewhere, never the config: whoever could edit a config
 * could otherwise have the key sent to a host of theirs.
 * @throws TracedError (config_error) for an address that would send the key in the clear
 */
export function baseUrl(
  requester: HttpRequester,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const variable = requester.extensions.url_base_variable;
  const override = environment[variable];
  if (override === undefined || override === '') return requester.url_base;
  const refuse = (why: string) => configError(`The environment variable ${variable} ${why}.`);
  if (!URL.canParse(override)) throw refuse('is not a URL');
  const url = new URL(override);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw refuse('must begin with https:// (http:// is allowed for addresses of this machine only)');
  }
  if (url.username !== '' || url.password !== '') throw refuse('must not hold a user name or password');
  return override.replace(/\/+$/, '');
}
