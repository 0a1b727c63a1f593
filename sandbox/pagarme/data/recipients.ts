import { raw } from '../../json-text.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { metadataPart, personName } from './customers.js';
import { codeOfIndex, indexOfCode } from './ids.js';
import { later, sparse } from './world.js';
import type { World } from './world.js';

/** Both prefixes exist; `rp_` is the newer one. */
export function recipientId(world: World, index: number): string {
  const prefix = index < world.count('recipients') * 0.75 ? 're' : 'rp';
  return `${prefix}_${codeOfIndex(world.dice('id recipients', index), index)}`;
}

function recipientCode(index: number): string {
  return `lojista-${index}`;
}

function bankAccount(world: World, index: number, createdMs: number): JsonObject {
  return {
    // A number in a string, unlike every other id.
    id: String(1_600_000 + index),
    holder_name: personName(world, index),
    holder_type: index % 2 === 0 ? 'individual' : 'company',
    bank: '341',
    branch_number: '1234',
    branch_check_digit: index % 3 === 0 ? null : '6',
    account_number: String(10_000 + index).padStart(8, '0'),
    account_check_digit: 'X',
    type: 'checking',
    status: 'active',
    pix_key: index % 4 === 0 ? `chave${index}@example.com` : null,
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(createdMs),
    deleted_at: null,
    ...metadataPart(index + 2),
  };
}

/** The account inside a recipient's transfers. */
export function bankAccountRef(world: World, recipient: number): JsonObject {
  return bankAccount(world, recipient, world.timeline('recipients').at(recipient));
}

function address(): JsonObject {
  return {
    street: 'Rua Açaí / fundos',
    complementary: 'Galpão 2',
    street_number: '12',
    neighborhood: 'Vila Olímpia',
    city: 'São Paulo',
    state: 'SP',
    zip_code: '04551065',
    reference_point: 'perto da "feira"',
  };
}

const PHONES: Json = [{ ddd: '27', number: '999992628', type: 'mobile' }];

function person(world: World, index: number): JsonObject {
  return {
    name: personName(world, index),
    email: `recebedor${index}@example.com`,
    document: String(23_456_789_000 + index),
    type: 'individual',
    mother_name: personName(world, index + 1),
    birthdate: '12/10/1995',
    monthly_income: '120000.00',
    professional_occupation: 'Vendedor',
    address: address(),
    phone_numbers: PHONES,
  };
}

function registerInformation(world: World, index: number): JsonObject {
  if (index % 2 === 0) return { ...person(world, index), site_url: '' };
  return {
    email: `recebedor${index}@example.com`,
    document: String(11_222_333_000_100 + index),
    type: 'corporation',
    site_url: 'https://loja.example/início',
    phone_numbers: PHONES,
    company_name: `Comércio ${index} Ltda`,
    trading_name: `Loja n.º ${index}`,
    annual_revenue: '8000000',
    corporation_type: 'LTDA',
    founding_date: '23/10/2010',
    cnae: '4751201',
    main_address: address(),
    managing_partners: [{ ...person(world, index), self_declared_representative: true }],
  };
}

/** A recipient inside splits and balances; `description`, `type` and `updated_at` are null since August 2026. */
export function recipientRef(world: World, index: number): JsonObject {
  const createdMs = world.timeline('recipients').at(index);
  return {
    id: recipientId(world, index),
    name: personName(world, index),
    email: `recebedor${index}@example.com`,
    document: String(23_456_789_000 + index),
    description: null,
    type: null,
    payment_mode: 'bank_transfer',
    status: 'active',
    created_at: world.stamp(createdMs),
    updated_at: null,
  };
}

export function recipient(world: World, index: number, createdMs: number): JsonObject {
  const dice = world.dice('recipients', index);
  const updated = later(world, createdMs, dice, 120);
  const isDeleted = index % 13 === 12;
  return sparse(index, {
    id: recipientId(world, index),
    name: personName(world, index),
    email: `recebedor${index}@example.com`,
    code: index % 3 === 2 ? null : recipientCode(index),
    document: String(23_456_789_000 + index),
    description: index % 2 === 0 ? 'Recebedor / padrão' : null,
    type: index % 2 === 0 ? 'individual' : 'company',
    payment_mode: 'bank_transfer',
    status: isDeleted
      ? 'inactive'
      : dice.pick(['active', 'active', 'registration', 'affiliation', 'refused']),
    default_bank_account: bankAccount(world, index, createdMs),
    gateway_recipients: [
      {
        gateway: 'pagarme',
        status: 'created',
        pgid: recipientId(world, index),
        created_at: world.stamp(createdMs),
        updated_at: world.stamp(updated),
      },
    ],
    automatic_anticipation_settings: {
      enabled: index % 2 === 0,
      type: 'full',
      volume_percentage: index % 3 === 0 ? raw('85.0') : 100,
      delay: index % 2 === 0 ? 30 : null,
      days: index % 4 === 0 ? [1, 15] : [],
    },
    transfer_settings: {
      transfer_enabled: true,
      transfer_interval: dice.pick(['Daily', 'Weekly', 'Monthly']),
      transfer_day: dice.int(0, 5),
    },
    register_information: index % 5 === 4 ? null : registerInformation(world, index),
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(updated),
    deleted_at: isDeleted ? world.stamp(updated) : null,
    ...metadataPart(index + 3),
  });
}

export function recipients(world: World): Generator {
  return {
    count: world.count('recipients'),
    id: (index) => recipientId(world, index),
    indexOf: (id) => indexOfCode(id.slice(3)),
    timeline: world.timeline('recipients'),
    build: (index, createdMs) => recipient(world, index, createdMs),
  };
}

/** A snapshot without an id and without a time. The amounts are declared as 64-bit integers. */
export function recipientBalance(world: World, parent: number): Generator {
  const dice = world.dice('balances', parent);
  const waiting = dice.int(0, 900_000_000);
  return {
    count: 1,
    id: () => recipientId(world, parent),
    build: () => ({
      currency: 'BRL',
      available_amount:
        parent % 3 === 1 ? raw(String(9_007_199_254_740_993n + BigInt(parent))) : dice.int(-500, 9_000_000),
      waiting_funds_amount: waiting,
      transferred_amount: null,
      recipient: recipientRef(world, parent),
      payment_profile_id: parent % 4 === 0 ? null : `pp_${parent}`,
    }),
  };
}
