/** English. The types of all translation keys are taken from this file. */
import account from './en/account.json';
import advisory from './en/advisory.json';
import assistant from './en/assistant.json';
import auth from './en/auth.json';
import authoring from './en/authoring.json';
import bank from './en/bank.json';
import calibration from './en/calibration.json';
import candidates from './en/candidates.json';
import common from './en/common.json';
import decision from './en/decision.json';
import duties from './en/duties.json';
import home from './en/home.json';
import labEncoder from './en/lab-encoder.json';
import labGanVsDiffusion from './en/lab-gan-vs-diffusion.json';
import labKnowledgeInjection from './en/lab-knowledge-injection.json';
import labMixedPrecision from './en/lab-mixed-precision.json';
import labPromptGeneralization from './en/lab-prompt-generalization.json';
import labQuantization from './en/lab-quantization.json';
import labReasoning from './en/lab-reasoning.json';
import labSamplers from './en/lab-samplers.json';
import labs from './en/labs.json';
import openings from './en/openings.json';
import people from './en/people.json';
import practice from './en/practice.json';
import privacy from './en/privacy.json';
import problems from './en/problems.json';
import scoring from './en/scoring.json';
import search from './en/search.json';
import security from './en/security.json';

export {
  account,
  advisory,
  assistant,
  auth,
  authoring,
  bank,
  calibration,
  candidates,
  common,
  decision,
  duties,
  home,
  labEncoder as 'lab-encoder',
  labGanVsDiffusion as 'lab-gan-vs-diffusion',
  labKnowledgeInjection as 'lab-knowledge-injection',
  labMixedPrecision as 'lab-mixed-precision',
  labPromptGeneralization as 'lab-prompt-generalization',
  labQuantization as 'lab-quantization',
  labReasoning as 'lab-reasoning',
  labSamplers as 'lab-samplers',
  labs,
  openings,
  people,
  practice,
  privacy,
  problems,
  scoring,
  search,
  security,
};
