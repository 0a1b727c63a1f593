/**
 * Airbyte's low-code vocabulary as types: the same names, keys and `type` tags as in a manifest, so that a
 * definition reads like one.
 * https://docs.airbyte.com/platform/connector-development/config-based/understanding-the-yaml-file/reference
 *
 * What the language does not have stands under `extensions`, each with a comment; nothing else is ours.
 */
export type * from './components/cursor.js';
export type * from './components/paginator.js';
export * from './components/presets.js';
export type * from './components/provider.js';
export type * from './components/requester.js';
export type * from './components/source.js';
export type * from './components/stream.js';
export * from './components/values.js';
