/** Trains the lab `quantization` off the page's thread. */
import { quantization } from '@viva/labs';
import { serveLab } from './serve-lab.ts';

serveLab(quantization);
