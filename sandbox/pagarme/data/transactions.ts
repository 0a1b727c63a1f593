import { DAY_MS, HOUR_MS } from '../../../src/declarative/durations.js';
import { raw } from '../../json-text.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Dice } from '../../random.js';
import { billingAddress, cardRef, metadataPart, personName } from './customers.js';
import { recipientRef } from './recipients.js';
import { anyOf, childId, later, sparse } from './world.js';
import type { World } from './world.js';

/** Weighted by position; all nine values of the discriminator occur. */
const KINDS = [
  'credit_card',
  'pix',
  'credit_card',
  'boleto',
  'debit_card',
  'pix',
  'voucher',
  'credit_card',
  'cash',
  'private_label',
  'safetypay',
  'credit_card',
  'bank_transfer',
] as const;

export type Kind = (typeof KINDS)[number];

export function kindOf(charge: number): Kind {
  return KINDS[charge % KINDS.length] ?? 'credit_card';
}

/** A text of digits or letters, or null; some are longer than a number of JavaScript is exact. */
export function gatewayId(dice: Dice, index: number): Json {
  switch (index % 5) {
    case 0:
      return String(9_007_199_254_740_993n + BigInt(index));
    case 1:
      return String(dice.int(100_000_000, 2_000_000_000));
    case 2:
      return null;
    default:
      return dice.code(20);
  }
}

function splitsOf(world: World, charge: number, amount: number, dice: Dice): Json[] {
  if (world.count('recipients') === 0) return [];
  return [0, 1].map((i) => ({
    id: childId(world, 'sr', `${charge}`, i),
    type: i === 0 ? 'percentage' : 'flat',
    amount: i === 0 ? 80 : Math.round(amount * 0.2), // per cent, cents
    gateway_id: gatewayId(dice, charge + i),
    recipient: recipientRef(world, anyOf(world, 'recipients', dice)),
    options: {
      liable: i === 0,
      charge_processing_fee: i === 0,
      charge_remainder_fee: i === 0,
    },
  }));
}

/** The same list has two names; a few records carry both. */
function splitPart(world: World, charge: number, amount: number, dice: Dice): JsonObject {
  if (charge % 3 === 2) return {};
  const list = splitsOf(world, charge, amount, dice);
  if (charge % 12 === 0) return { split: list, splits: list };
  return charge % 2 === 0 ? { split: list } : { splits: list };
}

export interface Attempt {
  readonly charge: number;
  /** 0 is the first try of the charge. */
  readonly number: number;
  readonly amount: number;
  readonly isPaid: boolean;
  readonly createdMs: number;
}

function cardPart(world: World, { charge, isPaid, createdMs }: Attempt, kind: Kind, dice: Dice): JsonObject {
  const customer =
    world.count('customers') === 0 ? 'cus' : world.id('customers', anyOf(world, 'customers', dice));
  return {
    statement_descriptor: 'LOJA É AQUI',
    acquirer_name: dice.pick(['pagarme', 'stone', 'cielo']),
    acquirer_affiliation_code: charge % 4 === 0 ? '' : dice.code(8),
    acquirer_tid: String(dice.int(1_000_000, 9_999_999)),
    acquirer_nsu: String(dice.int(10_000, 99_999)),
    acquirer_auth_code: isPaid ? dice.code(6) : null,
    acquirer_message: isPaid ? 'Transação aprovada com sucesso' : 'Transação não autorizada / saldo',
    acquirer_return_code: isPaid ? '00' : '51', // ABECS
    operation_type: 'auth_and_capture',
    card: cardRef(world, customer, 0, createdMs),
    ...(kind === 'credit_card' || kind === 'private_label' ? { installments: dice.int(1, 12) } : {}),
    ...(kind === 'credit_card' ? { indirect_acceptor: charge % 5 === 0 ? 'sub/credenciador' : null } : {}),
    ...(kind === 'credit_card' || kind === 'debit_card'
      ? {
          funding_source: kind === 'credit_card' ? 'credit' : 'debit',
          brand_id: isPaid ? dice.code(15) : null,
          threed_authentication_url: charge % 7 === 0 ? 'https://3ds.example/autenticação' : null,
          retry_info: isPaid
            ? null
            : {
                brand_failure_return_code: '51',
                transaction_limit: 15,
                transaction_date_limit: world.stamp(createdMs + 30 * DAY_MS),
              },
        }
      : {}),
    ...(kind === 'debit_card' ? { mpi: 'acquirer', eci: '05', authentication_type: 'threed_secure' } : {}),
  };
}

function boletoPart(world: World, { charge, amount, isPaid, createdMs }: Attempt): JsonObject {
  const paidAt = isPaid ? world.stamp(createdMs + 60_000) : null;
  return {
    url: 'https://api.pagar.me/core/v5/transactions/boleto/pdf',
    pdf: 'https://api.pagar.me/core/v5/transactions/boleto.pdf',
    pdf_password: charge % 2 === 0 ? '12345' : null,
    line: '03399.63290 64000.000006 00125.201020 4 56140000017832',
    barcode: '03394561400000178329632964000000000012520102',
    qr_code: null,
    nosso_numero: String(7_000_000 + charge),
    bank: '237',
    document_number: String(charge),
    instructions: 'Não receber após o vencimento\n"multa de 2%"',
    billing_address: billingAddress(world, charge),
    type: charge % 2 === 0 ? 'DM' : 'BDP',
    statement_descriptor: 'LOJA',
    due_at: world.stamp(createdMs + 3 * DAY_MS),
    paid_at: paidAt,
    paid_amount: isPaid ? amount : null,
    credit_at: paidAt,
  };
}

function pixPart(world: World, { charge, isPaid, createdMs }: Attempt, dice: Dice): JsonObject {
  const information = [{ Name: 'Observação', Value: 'Café / pão "na chapa"' }];
  return {
    qr_code: `00020101021226820014br.gov.bcb.pix2560${dice.code(24)}5204000053039865802BR6009SAO PAULO`,
    qr_code_url: 'https://api.pagar.me/core/v5/transactions/tran/qrcode?payment_method=pix',
    expires_at: world.stamp(createdMs + HOUR_MS),
    // The misspelt key is part of the real contract.
    [charge % 2 === 0 ? 'additional_information' : 'additiona_information']: information,
    end_to_end_id: isPaid ? `E18236120${dice.code(20)}` : null,
    pix_provider_tid: String(dice.int(1_000_000, 9_999_999)),
    payer: isPaid
      ? {
          name: personName(world, charge),
          document: '***456789**',
          document_type: 'cpf',
          bank_account: {
            bank_name: 'NU PAGAMENTOS S.A. – INSTITUIÇÃO',
            ispb: '18236120',
            branch_code: '1',
            account_number: '*****123',
          },
        }
      : null,
  };
}

function kindPart(world: World, attempt: Attempt, kind: Kind, dice: Dice): JsonObject {
  const paidAt = attempt.isPaid ? world.stamp(attempt.createdMs + 60_000) : null;
  switch (kind) {
    case 'boleto':
      return boletoPart(world, attempt);
    case 'pix':
      return pixPart(world, attempt, dice);
    case 'cash':
      return { description: 'Recebido no balcão' };
    case 'safetypay':
    case 'bank_transfer':
      return {
        url: 'https://banco.example/transferência',
        bank_tid: dice.code(12),
        ...(kind === 'bank_transfer' ? { bank: '341' } : {}),
        paid_at: paidAt,
        paid_amount: attempt.isPaid ? attempt.amount : null,
      };
    default:
      return cardPart(world, attempt, kind, dice);
  }
}

function statusOf(kind: Kind, isPaid: boolean): string {
  if (kind === 'pix' || kind === 'boleto')
    return isPaid ? 'paid' : kind === 'pix' ? 'waiting_payment' : 'generated';
  return isPaid ? 'captured' : 'not_authorized';
}

export function transactionId(world: World, charge: number, attempt: number): string {
  return childId(world, 'tran', String(charge), attempt);
}

/** Polymorphic on `transaction_type`. */
export function transaction(world: World, attempt: Attempt): JsonObject {
  const { charge, number, amount, isPaid, createdMs } = attempt;
  const kind = kindOf(charge);
  const dice = world.dice(`transactions ${number}`, charge);
  const isCard = kind === 'credit_card' || kind === 'debit_card';
  return sparse(charge, {
    id: transactionId(world, charge, number),
    transaction_type: kind,
    gateway_id: gatewayId(dice, charge),
    amount,
    status: statusOf(kind, isPaid),
    success: isPaid,
    ...kindPart(world, attempt, kind, dice),
    attempt_count: number + 1,
    max_attempts: isCard ? 4 : null,
    next_attempt: isCard && !isPaid ? world.stamp(createdMs + DAY_MS) : null,
    ...splitPart(world, charge, amount, dice),
    gateway_response: {
      code: isPaid ? '200' : '412',
      errors: isPaid ? [] : [{ message: 'Cartão recusado: "51"' }],
    },
    antifraud_response: isCard
      ? {
          status: 'approved',
          return_code: '0',
          return_message: 'Aceito',
          provider_name: 'pagarme',
          score: '1.0',
        }
      : {},
    interest: kind === 'boleto' ? { days: 1, type: 'percentage', amount: raw('1.0') } : null,
    fine: kind === 'boleto' ? { days: 1, type: 'flat', amount: 200 } : null,
    max_days_to_pay_past_due: kind === 'boleto' ? 30 : null,
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(later(world, createdMs, dice, 2)),
    ...metadataPart(charge + 4),
  });
}
