import { DAY_MS } from '../../../src/declarative/durations.js';
import type { Generator } from '../../record-store.js';
import { iso } from './world.js';
import type { World } from './world.js';

/** Lists that are the same for every merchant. */

/** Enough for a second page at 100 per page. */
const BANKS = 130;
const BANKS_SINCE = Date.UTC(2016, 6, 14, 10, 4, 29);

const BANK_COUNTRIES = [
  { country: 'Nigeria', currency: 'NGN', type: 'nuban' },
  { country: 'Ghana', currency: 'GHS', type: 'ghipss' },
  { country: 'South Africa', currency: 'ZAR', type: 'basa' },
] as const;

export function banks(): Generator {
  return {
    count: BANKS,
    id: (index) => String(index + 1),
    build(index) {
      const where = BANK_COUNTRIES[index % 3] ?? BANK_COUNTRIES[0];
      const created = iso(BANKS_SINCE + index * DAY_MS);
      return {
        name: `Banque n° ${index + 1} / Bank`,
        slug: `bank-${index + 1}`,
        code: String(index + 1).padStart(3, '0'),
        longcode: index % 2 === 0 ? '' : `${String(index + 1).padStart(3, '0')}150149`,
        gateway: index % 5 === 0 ? 'emandate' : null,
        pay_with_bank: index % 4 === 0,
        supports_transfer: true,
        available_for_direct_debit: false,
        active: true,
        is_deleted: false,
        country: where.country,
        currency: where.currency,
        type: where.type,
        id: index + 1,
        createdAt: created,
        updatedAt: created,
      };
    },
  };
}

const COUNTRIES = [
  ['Nigeria', 'NG', 'NGN', '+234'],
  ['Ghana', 'GH', 'GHS', '+233'],
  ['South Africa', 'ZA', 'ZAR', '+27'],
  ['Kenya', 'KE', 'KES', '+254'],
  ["Côte d'Ivoire", 'CI', 'XOF', '+225'],
] as const;

export function countries(): Generator {
  return {
    count: COUNTRIES.length,
    id: (index) => String(index + 1),
    build(index) {
      const [name, iso_code, currency, calling_code] = COUNTRIES[index] ?? COUNTRIES[0];
      return {
        id: index + 1,
        active_for_dashboard_onboarding: index !== 4,
        name,
        iso_code,
        default_currency_code: currency,
        integration_defaults: {},
        calling_code,
        pilot_mode: index === 4,
        relationships: {
          currency: {
            type: 'currency',
            data: [currency, 'USD'],
            supported_currencies: {
              [currency]: {
                bank: {
                  bank_type: 'nuban',
                  branch_code: false,
                  account_number_pattern: { exact_match: true, pattern: '\\d{10}' },
                  documents: [],
                },
              },
            },
          },
          integration_feature: { type: 'integration_feature', data: [] },
          integration_type: { type: 'integration_type', data: ['ITYPE_001'] },
          payment_method: { type: 'payment_method', data: ['PAYM_001'] },
        },
      };
    },
  };
}

/** A list of bare strings. */
export function applePayDomains(world: World): Generator {
  return {
    count: world.size === 0 ? 0 : 3,
    id: (index) => `shop${index}.example.com`,
    build: (index) => `shop${index}.example.com`,
  };
}
