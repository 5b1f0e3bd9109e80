/** Trains the lab `mixed-precision` off the page's thread. */
import { mixedPrecision } from '@viva/labs';
import { serveLab } from './serve-lab.ts';

serveLab(mixedPrecision);
