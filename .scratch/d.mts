import fc from 'fast-check';
import { fromDuration, toDuration } from '/work/wt-exchange/packages/bank/src/exchange/qti/names.ts';
import { arbitraryQuestion } from '/work/wt-exchange/packages/bank/src/testing/arbitrary-question.ts';
let bad=0; for(let i=0;i<200000;i++){const m=3+57*Math.random(); if(fromDuration(toDuration(m))!==m) bad++;} console.log('inexact', bad);
const s=fc.sample(arbitraryQuestion,200); console.log(s.filter(q=>JSON.stringify(q).includes('```python')).length, s.filter(q=>q.lab).length, s.filter(q=>q.text.en.parallel).length, s[5].text.en);
