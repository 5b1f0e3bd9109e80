/** Runs the lab `samplers` off the page's thread. */
import { samplers } from '@viva/labs';
import { serveLab } from './serve-lab.ts';

serveLab(samplers);
