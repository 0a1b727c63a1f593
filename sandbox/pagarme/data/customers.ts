import { raw } from '../../json-text.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { childId, children, later, prefixed, sparse } from './world.js';
import type { World } from './world.js';

const FIRST_NAMES = ['João', 'Conceição', 'Açucena', 'Luís', 'Antônia', 'Zé', 'Márcia', 'Íris'] as const;
const LAST_NAMES = ["D'Ávila", 'Gonçalves', 'São Thiago', 'Müller / Souza', 'Araújo', 'Brandão 🌵'] as const;
const CITIES = ['São Paulo', 'Belém', 'Goiânia', 'Rio de Janeiro'] as const;

export function personName(world: World, index: number): string {
  const dice = world.dice('person', index);
  return `${dice.pick(FIRST_NAMES)} ${dice.pick(LAST_NAMES)}`;
}

/**
 * Declared as a map of strings. Merchants put other things into it, one value looks like a record of its own, and one
 * string holds text that a careless scanner takes for the end of the list. The key may also be missing.
 */
export function metadataPart(index: number): JsonObject {
  switch (index % 8) {
    case 0:
      return { metadata: { pedido: String(index), 'canal/origem': 'loja física' } };
    case 1:
      return { metadata: {} };
    case 2:
      return {};
    case 3:
      return { metadata: null };
    case 4:
      return {
        metadata: {
          id: 'ch_0000000000000000',
          created_at: '1999-12-31T23:59:59Z',
          peso: raw('1.0'),
          taxa: raw('1.50E-3'),
          external_id: raw('12345678901234567890'),
          nota: '"}],"paging":{"next":null}}',
        },
      };
    case 5:
      return {
        metadata: { presente: true, itens: [1, 2, { id: 3 }], observação: 'linha um\nlinha "dois"\t\\' },
      };
    case 6:
      return { metadata: { vazio: '' } };
    default:
      return {};
  }
}

function phone(areaCode: string, number: number): JsonObject {
  return { country_code: '55', area_code: areaCode, number: String(number) };
}

export function billingAddress(world: World, index: number): JsonObject {
  const dice = world.dice('billing address', index);
  const number = String(dice.int(1, 9999));
  return {
    street: 'Av. Praça / da Sé',
    number,
    complement: '7º andar',
    zip_code: String(dice.int(1_000_000, 99_999_999)).padStart(8, '0'),
    neighborhood: 'Centro',
    city: dice.pick(CITIES),
    state: 'SP',
    country: 'BR',
    line_1: `${number}, Av. Praça / da Sé, Centro`,
    line_2: '7º andar',
  };
}

/** An address without its customer, as it stands inside other records. */
export function addressRef(world: World, owner: string, index: number, createdMs: number): JsonObject {
  const dice = world.dice(`addresses ${owner}`, index);
  const isDeleted = index % 4 === 3;
  const updated = later(world, createdMs, dice, 90);
  const { street, number, neighborhood, complement, ...lines } = billingAddress(world, index);
  return {
    id: childId(world, 'addr', owner, index),
    ...lines,
    // Legacy fields, on old addresses only.
    ...(index % 3 === 0
      ? {
          street: street ?? null,
          number: number ?? null,
          complement: complement ?? null,
          neighborhood: neighborhood ?? null,
        }
      : {}),
    status: isDeleted ? 'deleted' : 'active',
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(updated),
    ...metadataPart(index),
    deleted_at: isDeleted ? world.stamp(updated) : null,
  };
}

function facebookId(index: number): Json {
  return index % 7 === 0 ? raw(String(9_007_199_254_740_993n + BigInt(index))) : null;
}

/** A customer, in its list as well as inside other records. */
export function customer(world: World, index: number): JsonObject {
  const createdMs = world.timeline('customers').at(index);
  const dice = world.dice('customers', index);
  const isCompany = index % 5 === 0;
  const id = world.id('customers', index);
  return sparse(index, {
    id,
    name: personName(world, index),
    email: index % 11 === 3 ? null : `cliente${index}@example.com`,
    code: index % 3 === 0 ? `CLI/${index}` : null,
    document: isCompany
      ? String(11_222_333_000_100 + index)
      : String(12_345_678_900 + index).padStart(11, '0'),
    // Upper case in requests, lower case in real replies.
    document_type: isCompany ? 'CNPJ' : index % 2 === 0 ? 'cpf' : 'CPF',
    type: isCompany ? 'company' : 'individual',
    gender: isCompany ? null : dice.pick(['male', 'female']),
    delinquent: index % 9 === 0,
    address: index % 4 === 1 ? null : addressRef(world, id, 0, createdMs),
    phones:
      index % 6 === 5
        ? {}
        : {
            home_phone: phone('21', 22_180_513 + index),
            ...(index % 2 === 0 ? { mobile_phone: phone('11', 987_654_321 - index) } : {}),
          },
    birthdate: isCompany ? null : '1984-05-03T00:00:00' + (world.zonelessDates ? '' : 'Z'),
    fb_id: facebookId(index),
    fb_access_token: index % 14 === 0 ? 'token/fb' : null,
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(later(world, createdMs, dice, 200)),
    ...metadataPart(index),
  });
}

export function customers(world: World): Generator {
  const generator = prefixed(world, 'customers', (index) => customer(world, index));
  return {
    ...generator,
    fields: {
      email: (index) => (index % 11 === 3 ? null : `cliente${index}@example.com`),
      code: (index) => (index % 3 === 0 ? `CLI/${index}` : null),
    },
  };
}

/** A card without its customer, as it stands inside transactions and subscriptions. Numbers are always masked. */
export function cardRef(world: World, owner: string, index: number, createdMs: number): JsonObject {
  const dice = world.dice(`cards ${owner}`, index);
  const isDeleted = index % 5 === 4;
  const updated = later(world, createdMs, dice, 90);
  return {
    id: childId(world, 'card', owner, index),
    first_six_digits: dice.pick(['400000', '530033', '636368']),
    last_four_digits: String(dice.int(0, 9999)).padStart(4, '0'),
    brand: dice.pick(['Visa', 'Mastercard', 'Elo', 'Hipercard']),
    holder_name: personName(world, index).toUpperCase(),
    holder_document: index % 2 === 0 ? '93095135270' : null,
    exp_month: dice.int(1, 12),
    exp_year: dice.int(2026, 2033),
    status: isDeleted ? 'deleted' : dice.pick(['active', 'active', 'expired']),
    type: dice.pick(['credit', 'debit', 'voucher']),
    label: index % 3 === 0 ? 'renner' : null,
    billing_address: billingAddress(world, index),
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(updated),
    deleted_at: isDeleted ? world.stamp(updated) : null,
    ...metadataPart(index + 1),
  };
}

/** Most customers have few children; one in forty needs several pages. */
function familySize(parent: number, usual: number): number {
  return parent % 40 === 7 ? 130 : parent % usual;
}

function customerChildren(
  world: World,
  parent: number,
  prefix: string,
  count: number,
  ref: typeof cardRef,
): Generator {
  const owner = world.id('customers', parent);
  const parentMs = world.timeline('customers').at(parent);
  return children(
    world,
    parentMs,
    count,
    (index) => childId(world, prefix, owner, index),
    (index, createdMs) =>
      sparse(index, { ...ref(world, owner, index, createdMs), customer: customer(world, parent) }),
  );
}

export function customerCards(world: World, parent: number): Generator {
  return customerChildren(world, parent, 'card', familySize(parent, 3), cardRef);
}

export function customerAddresses(world: World, parent: number): Generator {
  return customerChildren(world, parent, 'addr', familySize(parent + 1, 4), addressRef);
}
