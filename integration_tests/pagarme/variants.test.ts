import { testVariants } from '../variants.js';
import { pagarme } from './provider.js';

testVariants(pagarme);
