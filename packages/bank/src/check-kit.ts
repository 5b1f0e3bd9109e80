/** Checks of a kit: its items, its weights and its blueprint. */
import { type Fault, repeated } from './fault.ts';
import type { Bank, Kit } from './types.ts';

/** The longest that a kit may take, in minutes net: two sittings of two hours. */
const LONGEST = 240;

/** Each competency is on the map, asked about often enough, and has questions in reserve that fit it. */
function checkBlueprint(kit: Kit, { questions, competencies: map }: Bank, fault: Fault): void {
  const items = kit.items.map(({ question }) => question);
  const reserves = kit.competencies.flatMap(({ reserve }) => reserve);
  const twice = repeated(reserves);
  for (const [index, { id, least, reserve }] of kit.competencies.entries()) {
    if (!map.has(id))
      fault('no-such-competency', `"${id}" is not on the map of competencies`, 'competencies', index);
    const asked = items.filter((item) => questions.get(item)?.competency === id).length;
    if (asked === 0)
      fault('competency-unused', `no question of the kit is on "${id}"`, 'competencies', index);
    else if (asked < least)
      fault(
        'blueprint',
        `"${id}" is asked about ${asked} times, the blueprint wants ${least}`,
        'competencies',
        index,
        'least',
      );
    if (reserve.length === 0)
      fault('no-reserve', `"${id}" has no question in reserve`, 'competencies', index, 'reserve');
    for (const name of reserve) {
      const at = ['competencies', index, 'reserve'] as const;
      const question = questions.get(name);
      if (!question) fault('no-such-question', `there is no question "${name}"`, ...at);
      else if (question.competency !== id)
        fault('reserve-unfit', `"${name}" is on "${question.competency}", not on "${id}"`, ...at);
      if (items.includes(name)) fault('reserve-unfit', `"${name}" is asked already`, ...at);
      if (twice.has(name)) fault('item-twice', `"${name}" stands in reserve twice`, ...at);
    }
  }
}

export function checkKit(kit: Kit, bank: Bank, fault: Fault): void {
  const { questions, calibrations } = bank;
  const competencies = kit.competencies.map(({ id }) => id);
  for (const id of repeated(competencies))
    fault(
      'competency-twice',
      `competency "${id}" stands twice`,
      'competencies',
      competencies.lastIndexOf(id),
    );
  const items = kit.items.map(({ question }) => question);
  for (const id of repeated(items))
    fault('item-twice', `question "${id}" stands twice`, 'items', items.lastIndexOf(id));
  for (const [index, id] of items.entries()) {
    const question = questions.get(id);
    if (!question) fault('no-such-question', `there is no question "${id}"`, 'items', index);
    else if (!competencies.includes(question.competency))
      fault(
        'no-such-competency',
        `question "${id}" is on "${question.competency}", which the kit does not list`,
        'items',
        index,
      );
  }
  checkBlueprint(kit, bank, fault);
  if (!calibrations.has(kit.scaleFamily))
    fault('no-such-family', `there is no calibration set "${kit.scaleFamily}"`, 'scaleFamily');
  const sum = kit.competencies.reduce((total, { weight }) => total + weight, 0);
  if (Math.abs(sum - 1) > 1e-9)
    fault('weights', `the competencies' weights add up to ${sum}, not to 1`, 'competencies');
  const minutes = items.reduce((total, id) => total + (questions.get(id)?.minutes ?? 0), 0);
  if (minutes !== kit.minutes)
    fault('minutes', `the questions take ${minutes} minutes, the kit says ${kit.minutes}`, 'minutes');
  if (minutes > LONGEST)
    fault('minutes', `the questions take ${minutes} minutes, at most ${LONGEST} can be asked`, 'minutes');
}
