import { testVariants } from '../variants.js';
import { paystack } from './provider.js';

testVariants(paystack);
