import fc from 'fast-check';
import { arbitraryQuestion } from '../packages/bank/src/testing/arbitrary-question.ts';
import { writePackage } from '../packages/bank/src/exchange/qti/write-package.ts';
import { writeZip } from '../packages/bank/src/exchange/zip.ts';
import { writeFileSync } from 'node:fs';
const seen=new Map(); for (const q of fc.sample(arbitraryQuestion,{numRuns:150,seed:7})) seen.set(q.id,q);
writeFileSync('/tmp/gen.zip', writeZip(writePackage({questions:[...seen.values()]}))); console.log(seen.size);
