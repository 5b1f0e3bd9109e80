/** Simplified Chinese: the same namespaces as `en.ts`, which a test holds to the same keys. */
import account from './zh-CN/account.json';
import advisory from './zh-CN/advisory.json';
import assistant from './zh-CN/assistant.json';
import auth from './zh-CN/auth.json';
import authoring from './zh-CN/authoring.json';
import bank from './zh-CN/bank.json';
import calibration from './zh-CN/calibration.json';
import candidates from './zh-CN/candidates.json';
import common from './zh-CN/common.json';
import decision from './zh-CN/decision.json';
import duties from './zh-CN/duties.json';
import home from './zh-CN/home.json';
import labEncoder from './zh-CN/lab-encoder.json';
import labGanVsDiffusion from './zh-CN/lab-gan-vs-diffusion.json';
import labKnowledgeInjection from './zh-CN/lab-knowledge-injection.json';
import labMixedPrecision from './zh-CN/lab-mixed-precision.json';
import labPromptGeneralization from './zh-CN/lab-prompt-generalization.json';
import labQuantization from './zh-CN/lab-quantization.json';
import labReasoning from './zh-CN/lab-reasoning.json';
import labSamplers from './zh-CN/lab-samplers.json';
import labs from './zh-CN/labs.json';
import openings from './zh-CN/openings.json';
import people from './zh-CN/people.json';
import practice from './zh-CN/practice.json';
import privacy from './zh-CN/privacy.json';
import problems from './zh-CN/problems.json';
import scoring from './zh-CN/scoring.json';
import search from './zh-CN/search.json';
import security from './zh-CN/security.json';

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
