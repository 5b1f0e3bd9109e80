/** Trains the lab `gan-vs-diffusion` off the page's thread. */
import { chooseEngine, ganVsDiffusion } from '@viva/labs';
import { serveLab } from './serve-lab.ts';

serveLab(ganVsDiffusion, ({ engine, data }) =>
  chooseEngine(engine, data === 'digits' ? 'convolutional' : 'dense'),
);
