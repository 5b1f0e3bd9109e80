/** Runs the lab `knowledge-injection` off the page's thread. */
import { knowledgeInjection } from '@viva/labs';
import { serveLab } from './serve-lab.ts';

serveLab(knowledgeInjection);
