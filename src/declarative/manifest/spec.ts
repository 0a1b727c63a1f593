/** The fields that a user fills in, of one provider alone. */
import { isObject } from '../../protocol/json-object.js';
import type { ConnectorSpecification, JsonObject, JsonValue } from '../../protocol/messages.js';
import type { Provider } from '../components.js';

function asObject(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function asList(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/**
 * A connector of the Connector Builder is of one provider, so what stands under `provider` moves to the top
 * and the choice goes.
 */
export function manifestSpec(spec: ConnectorSpecification, { name, title }: Provider): JsonObject {
  const { properties, ...rest } = spec.connectionSpecification;
  const { provider, ...others } = asObject(properties);
  const choice = asList(asObject(provider)['oneOf'])
    .map(asObject)
    .find((one) => asObject(asObject(one['properties'])['name'])['const'] === name);
  if (choice === undefined) throw new Error(`spec.json has no provider ${name}`);
  const fields = Object.entries({ ...asObject(choice['properties']), ...others })
    .filter(([field]) => field !== 'name')
    .map(([field, value], order) => [field, { ...asObject(value), order }] as const);
  return {
    type: 'Spec',
    ...(spec.documentationUrl === undefined ? {} : { documentation_url: spec.documentationUrl }),
    connection_specification: {
      ...rest,
      title,
      required: asList(choice['required']).filter((field) => field !== 'name'),
      properties: Object.fromEntries(fields),
    },
  };
}
