import { raw, without } from '../../json-text.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Dice } from '../../random.js';
import type { Generator } from '../../record-store.js';
import { anyOf, iso, later, numbered } from './world.js';
import type { World } from './world.js';

const FIRST_NAMES = ['Zoë', 'Adébáyò', 'Chiamaka', 'Ngũgĩ', 'Thandeka', 'Kwame', 'Amélie', 'Sipho'] as const;
const LAST_NAMES = ["O'Neil", 'Òkóńkwọ̀', 'van der Merwe', 'Wanjirũ', 'Nkosi / Dlamini', 'Mensah 🌍'] as const;
const BANKS = ['Guaranty Trust Bank', 'TEST BANK', 'Société Générale', 'Standard Bank'] as const;

export const CURRENCIES = ['NGN', 'GHS', 'ZAR', 'KES', 'USD'] as const;

/**
 * Merchants put anything into metadata, and the API gives it back in several types. One value looks like a record of
 * its own, and one string holds text that a careless scanner takes for the end of the record.
 */
export function metadataOf(index: number, dice: Dice): Json {
  switch (index % 9) {
    case 0:
      return {
        custom_fields: [
          { value: dice.code(6), display_name: 'Réf. / commande', variable_name: 'order_reference' },
          { value: 'line one\nline "two"\t\\ end', display_name: 'Note', variable_name: 'note' },
        ],
        referrer: 'https://shop.example/checkout',
      };
    case 1:
      return null;
    case 2:
      return '';
    case 3:
      return '{}';
    case 4:
      return {
        id: 1,
        createdAt: '1999-12-31T23:59:59.000Z',
        created_at: '1999-12-31T23:59:59.000Z',
        exchange_rate: raw('1.0'),
        tolerance: raw('1.50E-3'),
        external_id: raw('12345678901234567890'),
        note: '"}],"meta":{"next":null}}',
      };
    case 5:
      return '[1,2,{"id":3}]';
    case 6:
      return [];
    case 7:
      return 0;
    default:
      return {};
  }
}

export type MetadataForm = 'object' | 'text';

/** A customer inside another record; the type of its metadata depends on the record around it. */
export function customerRef(world: World, index: number, form: MetadataForm): JsonObject {
  const dice = world.dice('customers', index);
  const name = { first_name: dice.pick(FIRST_NAMES), last_name: dice.pick(LAST_NAMES) };
  const code = dice.code(15);
  const hasName = !dice.chance(0.2);
  const metadata = dice.chance(0.3) ? null : form === 'object' ? { calling_code: '+234' } : '{}';
  return {
    id: world.id('customers', index),
    first_name: hasName ? name.first_name : null,
    last_name: hasName ? name.last_name : null,
    email: `customer${index}@example.com`,
    customer_code: `CUS_${code}`,
    phone: hasName ? `+2348${String(10_000_000 + index)}` : null,
    metadata,
    risk_action: dice.chance(0.1) ? 'allow' : 'default',
  };
}

/** Newer endpoints add the phone number once more. */
export function customerWithPhone(world: World, index: number, form: MetadataForm): JsonObject {
  const customer = customerRef(world, index, form);
  return { ...customer, international_format_phone: customer['phone'] ?? null };
}

export function authorization(dice: Dice, reusable: boolean | 0 | 1): JsonObject {
  return {
    authorization_code: `AUTH_${dice.code(10)}`,
    bin: '408408',
    last4: String(dice.int(1000, 9999)),
    exp_month: String(dice.int(1, 12)).padStart(2, '0'),
    exp_year: '2030',
    channel: 'card',
    card_type: 'visa ', // the API does send the trailing space
    bank: dice.pick(BANKS),
    country_code: 'NG',
    brand: 'visa',
    reusable,
    signature: `SIG_${dice.code(20)}`,
    account_name: dice.chance(0.5) ? null : 'Zoë Müller',
  };
}

/** A payment that nobody has tried yet carries the whole object, empty. */
export function emptyAuthorization(): JsonObject {
  return {
    authorization_code: null,
    bin: null,
    last4: null,
    exp_month: null,
    exp_year: null,
    channel: null,
    card_type: null,
    bank: null,
    country_code: null,
    brand: null,
    reusable: false,
    signature: null,
    account_name: null,
  };
}

export function customers(world: World): Generator {
  return numbered(world, 'customers', (index, createdMs, dice) => {
    const customer = customerRef(world, index, 'object');
    return {
      integration: world.integration,
      first_name: customer['first_name'] ?? null,
      last_name: customer['last_name'] ?? null,
      email: `customer${index}@example.com`,
      phone: customer['phone'] ?? null,
      metadata: customer['metadata'] ?? null,
      domain: world.domain,
      customer_code: customer['customer_code'] ?? null,
      risk_action: customer['risk_action'] ?? null,
      id: world.id('customers', index),
      createdAt: iso(createdMs),
      updatedAt: iso(later(world, createdMs, dice, 90)),
    };
  });
}

export function dedicatedAccounts(world: World): Generator {
  return numbered(world, 'dedicated_accounts', (index, createdMs, dice) => {
    const customer = customerWithPhone(world, anyOf(world, 'customers', dice), 'object');
    const split: Json =
      index % 3 === 0 ? null : index % 3 === 1 ? { subaccount: 'ACCT_xyz' } : '{"subaccount":"ACCT_xyz"}';
    return {
      customer: without(customer, ['metadata']),
      bank: { name: 'Wema Bank', id: 20, slug: 'wema-bank' },
      id: world.id('dedicated_accounts', index),
      account_name: `SANDBOX / CUSTOMER ${index}`,
      account_number: String(9_930_000_000 + index),
      created_at: iso(createdMs),
      updated_at: iso(later(world, createdMs, dice, 30)),
      currency: index % 5 === 0 ? 'GHS' : 'NGN',
      split_config: split,
      active: index % 4 !== 0,
      assigned: index % 2 === 0,
    };
  });
}

export function directDebitMandates(world: World): Generator {
  return numbered(world, 'direct_debit_mandates', (index, createdMs, dice) => {
    const customer = customerRef(world, anyOf(world, 'customers', dice), 'object');
    return {
      id: world.id('direct_debit_mandates', index),
      status: dice.pick(['active', 'active', 'pending', 'revoked']),
      mandate_id: 512_003 + index,
      authorization_id: 110_049_014 + index,
      authorization_code: `AUTH_${dice.code(10)}`,
      integration_id: world.integration,
      account_number: String(123_456_789 + index).padStart(10, '0'),
      bank_code: '032',
      bank_name: index % 2 === 0 ? null : 'Union Bank of Nigeria',
      customer: {
        id: customer['id'] ?? null,
        customer_code: customer['customer_code'] ?? null,
        email: customer['email'] ?? null,
        first_name: customer['first_name'] ?? null,
        last_name: customer['last_name'] ?? null,
      },
      // One of the few stamps with real milliseconds.
      authorized_at: new Date(createdMs + dice.int(0, 999)).toISOString(),
    };
  });
}
