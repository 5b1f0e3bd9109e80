/** Runs the lab `reasoning` off the page's thread. */
import { reasoning } from '@viva/labs';
import { serveLab } from './serve-lab.ts';

serveLab(reasoning);
