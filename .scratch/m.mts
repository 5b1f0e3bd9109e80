import { loadBank, searchBank } from '../packages/bank/src/index.ts';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
const bank = await loadBank('bank');
const q = parse(readFileSync('bank/retrieval/queries.yaml','utf8'));
for (const split of ['dev','test']) {
 const by = {} as any;
 for (const {q: text, ids, kind} of q[split]) { if (!ids.length) continue;
  const han = /\p{Script=Han}/u.test(text); const lat=/[a-z]{3,}/i.test(text);
  const lang = han&&lat?'mixed':han?'zh':'en';
  const found = searchBank(bank, text, {limit: 10}).map(r=>r.id);
  const hit = ids.filter((i:string)=>found.slice(0,5).includes(i)).length/ids.length;
  const rr = 1/(1+found.indexOf(found.find(f=>ids.includes(f))??'')||Infinity);
  for (const k of ['all',kind,lang]) { const b=by[k]??={n:0,hit:0,rr:0,first:0}; b.n++; b.hit+=hit; b.rr+= isFinite(rr)&&rr>0?rr:0; b.first+= found.slice(0,5).includes(ids[0])?1:0; }
  if (!found.slice(0,5).includes(ids[0])) console.log(split, text, '→', ids, found.slice(0,3));
 }
 console.log(split, Object.fromEntries(Object.entries(by).map(([k,b]:any)=>[k,{n:b.n,recall5:+(b.hit/b.n).toFixed(3),mrr:+(b.rr/b.n).toFixed(3)}])));
}
