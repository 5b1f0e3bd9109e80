import { ganVsDiffusion, startEngine } from '@viva/labs';
import { writeFileSync } from 'node:fs';
await startEngine('wasm');
const over = JSON.parse(process.argv[2] ?? '{}'); const name = process.argv[3] ?? 'a';
const p = ganVsDiffusion.params.parse({ ...ganVsDiffusion.presets.find(x=>x.id==='digits')!.params, ...over });
let t=performance.now();
const s = await ganVsDiffusion.begin(p, 1);
console.log('begin', performance.now()-t);
t=performance.now();
await s.advance(p.steps);
const tt=performance.now()-t;
console.log('ms/round', tt/p.steps, 'diffusion', (s as any).diffusion.cost*2/1e6,'MFLOP gan',(s as any).gan.cost*2/1e6);
t=performance.now();
const m = await s.measure(); console.log('measure ms', performance.now()-t);
for (const k of ['modes','highQuality','modeKl','slicedWasserstein','frechet','msPerSample']) console.log(k, m['gan.'+k], m['diffusion.'+k]);
t=performance.now(); const f = await s.frame({scoreAt:null}); console.log('frame ms', performance.now()-t);
// PGM
const img=(xs:Float32Array)=>{const n=8,S=14;const W=n*(S+1);const b=Buffer.alloc(W*W);for(let i=0;i<64;i++)for(let y=0;y<S;y++)for(let x=0;x<S;x++)b[((i>>3)*(S+1)+y)*W+(i&7)*(S+1)+x]=Math.max(0,Math.min(255,(xs[i*196+y*S+x]+1)*127.5));return Buffer.concat([Buffer.from(`P5 ${W} ${W} 255\n`),b]);};
writeFileSync(`/tmp/gan/${name}-g.pgm`, img(f.gan.samples)); writeFileSync(`/tmp/gan/${name}-d.pgm`, img(f.diffusion.samples)); writeFileSync(`/tmp/gan/data.pgm`, img(f.data));
