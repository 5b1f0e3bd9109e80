/** Runs the lab `prompt-generalization` off the page's thread. */
import { promptGeneralization } from '@viva/labs';
import { serveLab } from './serve-lab.ts';

serveLab(promptGeneralization);
