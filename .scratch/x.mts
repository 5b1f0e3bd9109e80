import { loadBank } from '../packages/bank/src/index.ts';
import { exportBank } from '../packages/bank/src/exchange/index.ts';
import { writeFileSync } from 'node:fs';
const bank = await loadBank('bank');
writeFileSync('/tmp/lora.xlsx', exportBank(bank,{format:'xlsx',questions:['lora']}).bytes);
writeFileSync('/tmp/all.xlsx', exportBank(bank,{format:'xlsx'}).bytes);
writeFileSync('/tmp/bank.anki.txt', exportBank(bank,{format:'anki'}).bytes);
writeFileSync('/tmp/bank.md', exportBank(bank,{format:'markdown'}).bytes);
