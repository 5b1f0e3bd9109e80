import { startEngine, streamOf } from '@viva/labs';
import { Diffusion } from '../packages/labs/src/gan-vs-diffusion/diffusion.ts';
import { loadDigits, drawDigits } from '../packages/labs/src/data/digits/digits.ts';
import { digitJudge, FEATURES } from '../packages/labs/src/measures/digit-judge.ts';
import { frechetDistance, gaussianOf } from '../packages/labs/src/measures/frechet.ts';
import { countDigits } from '../packages/labs/src/gan-vs-diffusion/task.ts';
await startEngine('wasm');
const d=await loadDigits(); const j=digitJudge(d);
for (const [hidden, rate, pred, sched, batch, steps] of [[64,3e-3,"v","cosine",64,4500]] as const) {
  const m=new Diffusion({schedule:sched,prediction:pred,noiseSteps:100,hidden,batch,rate,average:0.995},0.95,1,streamOf(1,'d'),{kind:'images',side:14});
  const r=streamOf(1,'data'); let loss=0; let t=process.cpuUsage().user;
  for(let i=0;i<steps;i++) loss=0.99*loss+0.01*await m.step(n=>drawDigits(d,n,r));
  const cpu=(process.cpuUsage().user-t)/1000/steps;
  const q=streamOf(9,'s'); const s=await m.sample(q.normals(300*196),50,1,q);
  const c=countDigits(j,s);
  console.log(hidden,rate,pred,sched,batch,steps,'loss',loss.toFixed(4),'cpu ms/step',cpu.toFixed(1),'FD',frechetDistance(gaussianOf(j.judge(s).features,FEATURES),j.real).toFixed(1),'hq',c.highQuality.toFixed(3),c.captured);
  m.dispose();
}
