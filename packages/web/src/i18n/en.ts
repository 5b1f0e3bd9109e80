/** English. The types of all translation keys are taken from this file. */
import auth from './en/auth.json';
import candidates from './en/candidates.json';
import common from './en/common.json';
import decision from './en/decision.json';
import home from './en/home.json';
import openings from './en/openings.json';
import problems from './en/problems.json';
import scoring from './en/scoring.json';

export { auth, candidates, common, decision, home, openings, problems, scoring };
