/** Simplified Chinese: the same namespaces as `en.ts`, which a test holds to the same keys. */
import auth from './zh-CN/auth.json';
import candidates from './zh-CN/candidates.json';
import common from './zh-CN/common.json';
import decision from './zh-CN/decision.json';
import home from './zh-CN/home.json';
import openings from './zh-CN/openings.json';
import problems from './zh-CN/problems.json';
import scoring from './zh-CN/scoring.json';

export { auth, candidates, common, decision, home, openings, problems, scoring };
