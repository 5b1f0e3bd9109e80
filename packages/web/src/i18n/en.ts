/** English. The types of all translation keys are taken from this file. */
import account from './en/account.json';
import auth from './en/auth.json';
import authoring from './en/authoring.json';
import bank from './en/bank.json';
import calibration from './en/calibration.json';
import candidates from './en/candidates.json';
import common from './en/common.json';
import decision from './en/decision.json';
import home from './en/home.json';
import labs from './en/labs.json';
import openings from './en/openings.json';
import people from './en/people.json';
import problems from './en/problems.json';
import scoring from './en/scoring.json';
import search from './en/search.json';

export {
  account,
  auth,
  authoring,
  bank,
  calibration,
  candidates,
  common,
  decision,
  home,
  labs,
  openings,
  people,
  problems,
  scoring,
  search,
};
