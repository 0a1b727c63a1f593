/** Where the records are, as a manifest says it. */
import type { JsonObject } from '../../protocol/messages.js';
import type { FieldPath, RecordSelector } from '../components.js';
import { allOf, isList, literal, valueIn } from './jinja.js';
import { requireNothingLeft, without } from './notes.js';
import type { Notes } from './notes.js';
import type { Guard } from './response-filters.js';

export interface ManifestSelector {
  readonly extractor: JsonObject;
  /** Path of the records in an answer; empty for an answer that is a list itself. */
  readonly records: FieldPath;
  /** Expression for the list of records of an answer. */
  readonly list: string;
  readonly guards: readonly Guard[];
  readonly transformations: readonly JsonObject[];
}

/**
 * The runtime takes an answer without records for an empty list, and an object in place of the list for a
 * record; this makes both a fault that is tried again.
 */
function missingRecords(path: FieldPath, mayBeNull: boolean): Guard {
  const container = path.length === 1 ? 'response' : `(${valueIn('response', path.slice(0, -1))} or {})`;
  const value = valueIn('response', path);
  return {
    action: 'RETRY',
    predicate: [
      'response is not mapping',
      `${literal(path.at(-1) ?? '')} not in ${container}`,
      `not (${mayBeNull ? `${value} is none or ` : ''}${isList(value)})`,
    ].join(' or '),
    message: `The API's answer cannot be used: it has no list "${path.join('.')}".`,
  };
}

/** The other one of two forms that an answer may have; to ask again would bring the same. */
function otherForm(condition: string, form: string, fieldPath: string): Guard {
  return {
    action: 'FAIL',
    predicate: condition,
    message: `The API's answer is ${form}, for which this manifest is not written.`,
    remedy: `Write ${fieldPath} for the stream's field_path`,
  };
}

/** For an envelope where a definition allows a list itself too. */
function eitherForm(missing: Guard): Guard[] {
  const isPlain = isList('response');
  return [
    otherForm(isPlain, 'a list itself', '[]'),
    // Whoever takes out the filter before means to read the other form.
    { ...missing, predicate: `not (${isPlain}) and (${missing.predicate})` },
  ];
}

function plainList(envelope: FieldPath): ManifestSelector {
  const inEnvelope = allOf(['response is mapping', isList(valueIn('response', envelope))]);
  return {
    extractor: { type: 'DpathExtractor', field_path: [] },
    records: [],
    list: `(response if ${isList('response')} else [])`,
    guards: [
      otherForm(inEnvelope, 'a list in an envelope', `[${envelope.join(', ')}]`),
      {
        action: 'RETRY',
        // Whoever takes out the filter before means to read the other form.
        predicate: `not (${isList('response')}) and not (${inEnvelope})`,
        message: "The API's answer cannot be used: it is not a list.",
      },
    ],
    transformations: [],
  };
}

/** A list of texts becomes records: the expander puts each under `value`, beside the object it stood in. */
function wrapped(path: FieldPath, field: string): Pick<ManifestSelector, 'extractor' | 'transformations'> {
  return {
    extractor: {
      type: 'DpathExtractor',
      field_path: path.slice(0, -1),
      record_expander: {
        type: 'RecordExpander',
        expand_records_from_field: path.slice(-1),
        remain_original_record: true,
      },
    },
    transformations: [
      {
        type: 'AddFields',
        fields: [
          {
            type: 'AddedFieldDefinition',
            path: [field],
            value: "{{ record['value'] }}",
            value_type: 'string',
          },
        ],
      },
      { type: 'RemoveFields', field_pointers: [['value'], ['original_record']] },
    ],
  };
}

/** @param isPlainList of the two answers that a definition allows, this stream's is a list itself */
export function recordSelector(
  definition: RecordSelector,
  isPlainList: boolean,
  stream: string,
  notes: Notes,
): ManifestSelector {
  const { extractor } = definition;
  const { type, field_path, extensions, ...more } = extractor;
  const { wrap_as, or_root_list, or_null, single_object, ...others } = extensions ?? {};
  requireNothingLeft(without(definition, 'type', 'extractor'));
  requireNothingLeft(more);
  requireNothingLeft(others);

  if (single_object !== undefined) {
    const { with_field, ...unknown } = single_object;
    requireNothingLeft(unknown);
    const guard: Guard = {
      action: 'RETRY',
      predicate: `response is not mapping or ${literal(with_field)} not in response`,
      message: `The API's answer cannot be used: it has no "${with_field}".`,
    };
    return {
      extractor: { type, field_path: [...field_path] },
      records: field_path,
      list: '[response]',
      guards: [guard],
      transformations: [],
    };
  }
  if (or_root_list === true) {
    notes.add(
      isPlainList
        ? 'The answer must be a list itself; in an envelope it makes the stream fail, with a sentence that says what to write.'
        : 'The answer must be an envelope; a list itself makes the stream fail, with a sentence that says what to write.',
      stream,
    );
    if (isPlainList) return plainList(field_path);
  }
  const missing = missingRecords(field_path, or_null === true);
  return {
    ...(wrap_as === undefined
      ? { extractor: { type, field_path: [...field_path] }, transformations: [] }
      : wrapped(field_path, wrap_as)),
    records: field_path,
    list: `((${allOf(['response is mapping', valueIn('response', field_path)])}) or [])`,
    guards: or_root_list === true ? eitherForm(missing) : [missing],
  };
}
