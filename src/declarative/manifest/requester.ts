/** How requests are made, as a manifest says it. */
import type { JsonObject } from '../../protocol/messages.js';
import type { ConfigReference, DeclarativeStream, HttpRequester } from '../components.js';
import { literal, template } from './jinja.js';
import { requireNothingLeft, without } from './notes.js';
import type { Notes } from './notes.js';
import { manifestPath } from './partition-router.js';

/** A config of the Connector Builder is flat: what stands under `provider` here stands at its top there. */
function configReference(reference: ConfigReference): string {
  requireNothingLeft(without(reference, 'type', 'path'));
  return template(`config[${literal(reference.path.at(-1) ?? '')}]`);
}

function authenticator(definition: HttpRequester['authenticator']): JsonObject {
  switch (definition.type) {
    case 'BearerAuthenticator': {
      const { type, api_token, ...rest } = definition;
      requireNothingLeft(rest);
      return { type, api_token: configReference(api_token) };
    }
    case 'BasicHttpAuthenticator': {
      const { type, username, ...rest } = definition;
      requireNothingLeft(rest);
      return { type, username: configReference(username), password: '' };
    }
  }
}

export interface RequesterParts {
  /** Request parameters that other parts of the stream add. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Made by the caller, who knows what the stream's pages look like. */
  readonly error_handler: JsonObject;
  /** Other streams go by the records of this one. */
  readonly isParent: boolean;
}

export function requester(
  stream: DeclarativeStream,
  { parameters, error_handler, isParent }: RequesterParts,
  notes: Notes,
): JsonObject {
  const definition = stream.retriever.requester;
  const { type, url_base, path, http_method, request_parameters, extensions } = definition;
  const { url_base_variable, alternative_path, ...more } = extensions;
  requireNothingLeft(
    without(
      definition,
      'type',
      'url_base',
      'path',
      'http_method',
      'authenticator',
      'request_parameters',
      'error_handler',
      'extensions',
    ),
  );
  requireNothingLeft(more);
  if (url_base_variable !== '') {
    notes.add('The address is the official one; the environment cannot replace it.');
  }
  if (alternative_path !== undefined) {
    notes.add(
      `Only the path ${path} is tried, not ${alternative_path}. Where the API does not know it, the stream fails, with a sentence that says what to write.`,
      stream.name,
    );
  }
  const all = { ...request_parameters, ...parameters };
  return {
    type,
    url: `${url_base}${manifestPath(stream)}`,
    http_method,
    authenticator: authenticator(definition.authenticator),
    ...(Object.keys(all).length === 0 ? {} : { request_parameters: all }),
    error_handler,
    // A cache would bring a faulty answer (HTTP 200) again when it is asked for anew, and holds all parents.
    ...(isParent ? { use_cache: false } : {}),
  };
}
