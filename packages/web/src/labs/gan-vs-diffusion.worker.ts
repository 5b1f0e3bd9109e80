/** Trains the lab `gan-vs-diffusion` off the page's thread. */
import { ganVsDiffusion } from '@viva/labs';
import { serveLab } from './serve-lab.ts';

serveLab(ganVsDiffusion);
