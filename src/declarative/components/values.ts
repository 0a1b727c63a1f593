/** What the components are made of. */

/** Keys from the root of a JSON document down to a value. */
export type FieldPath = readonly string[];

/** A value of the user's config: `{{ config['provider']['secret_key'] }}` in a manifest. */
export interface ConfigReference {
  readonly type: 'ConfigReference';
  readonly path: FieldPath;
}

export interface RequestOption {
  readonly type: 'RequestOption';
  readonly inject_into: 'request_parameter';
  readonly field_name: string;
}

/** Shorthand for the one kind of request option that is used: `?name=value`. */
export function requestParameter(field_name: string): RequestOption {
  return { type: 'RequestOption', inject_into: 'request_parameter', field_name };
}

export type KeyMode = 'test' | 'live';
