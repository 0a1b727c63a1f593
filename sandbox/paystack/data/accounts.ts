import { raw, without } from '../../json-text.js';
import type { JsonObject } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { iso, later, numbered } from './world.js';
import type { World } from './world.js';

/** `1.0` and `0.50` are numbers that change their text when they are parsed and written again. */
const PERCENTAGES = ['1.0', '12.5', '0.50', '20', '7.25'] as const;

/** A subaccount inside a split or a transaction: here `active` is a boolean. */
export function subaccountRef(world: World, index: number): JsonObject {
  const dice = world.dice('subaccounts', index);
  return {
    id: world.id('subaccounts', index),
    subaccount_code: `ACCT_${dice.code(15)}`,
    business_name: `Boutique n° ${index}`,
    description: index % 2 === 0 ? null : 'Ventes / retours',
    primary_contact_name: index % 3 === 0 ? null : 'Zoë',
    primary_contact_email: index % 3 === 0 ? null : 'zoe@example.com',
    primary_contact_phone: null,
    metadata: index % 2 === 0 ? null : '{"region":"Côte d\'Ivoire"}',
    percentage_charge: raw(PERCENTAGES[index % PERCENTAGES.length] ?? '1.0'),
    settlement_bank: 'Guaranty Trust Bank',
    bank_id: 9,
    account_number: String(123_456_047 + index).padStart(10, '0'),
    currency: 'NGN',
    active: index % 5 !== 0,
    is_verified: index % 2 === 0,
  };
}

/** The list has no dates and no domain, and gives `active` as 0 or 1. */
export function subaccounts(world: World): Generator {
  return numbered(world, 'subaccounts', (index) => {
    const record = subaccountRef(world, index);
    return { ...record, active: record['active'] === true ? 1 : 0 };
  });
}

const NOT_IN_SPLITS = ['percentage_charge', 'bank_id', 'active', 'is_verified'];

function splitMembers(world: World, index: number): JsonObject[] {
  const total = world.count('subaccounts');
  const wanted = Math.min(total, 1 + (index % 3));
  return Array.from({ length: wanted }, (_, i) => {
    const subaccount = subaccountRef(world, (index + i) % total);
    return { subaccount: without(subaccount, NOT_IN_SPLITS), share: 10 * (i + 1) };
  });
}

function splitCode(world: World, index: number): string {
  return `SPL_${world.dice('splits', index).code(10)}`;
}

export function splits(world: World): Generator {
  return numbered(world, 'splits', (index, createdMs, dice) => {
    const split_code = `SPL_${dice.code(10)}`;
    const members = splitMembers(world, index);
    return {
      id: world.id('splits', index),
      name: `Répartition ${index}`,
      type: index % 2 === 0 ? 'percentage' : 'flat',
      currency: 'NGN',
      integration: world.integration,
      domain: world.domain,
      split_code,
      active: index % 6 !== 0,
      bearer_type: index % 3 === 0 ? 'all' : 'subaccount',
      bearer_subaccount: index % 3 === 0 ? null : world.id('subaccounts', 0),
      createdAt: iso(createdMs),
      updatedAt: iso(later(world, createdMs, dice, 60)),
      is_dynamic: index % 7 === 0,
      subaccounts: members,
      total_subaccounts: members.length,
    };
  });
}

/** The split inside a transaction: `{}` where there is none. */
export function splitRef(world: World, index: number): JsonObject {
  return {
    id: world.id('splits', index),
    name: `Répartition ${index}`,
    split_code: splitCode(world, index),
    formula: {
      type: 'percentage',
      bearer_type: 'all',
      bearer_subaccount: null,
      subaccounts: splitMembers(world, index),
      integration: 80,
    },
    shares: {
      paystack: 150,
      subaccounts: [{ amount: 1940, subaccount_code: 'ACCT_xyz', id: world.id('subaccounts', 0) }],
      integration: 7910,
      original_share: { paystack: 150, integration: 7910 },
      fees: { paystack: 0, integration: 0 },
    },
  };
}
