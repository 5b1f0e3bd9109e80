/**
 * The mean of single-precision values in exactly the order in which PyTorch adds on a CPU with one thread, so that the
 * offset of doubly quantised scales agrees to the last bit (ATen/native/cpu/SumKernel.cpp: vectors of eight, four at a
 * time, cascaded over four levels).
 */
export function torchMean(values: Float32Array): number {
  return Math.fround(torchSum(values) / values.length);
}

const VECTOR = 8;
const UNROLLED = 4;
const LEVELS = 4;

function torchSum(values: Float32Array): number {
  // Fewer values than a vector holds are added one by one, but still four at a time.
  const lanes = values.length < VECTOR ? 1 : VECTOR;
  const width = lanes * UNROLLED;
  const vectors = Math.floor(values.length / lanes);
  const groups = Math.floor(vectors / UNROLLED);
  const sums = cascade(values, groups, width);
  // Whole vectors that do not fill a group of four.
  for (let vector = groups * UNROLLED; vector < vectors; vector++)
    for (let lane = 0; lane < lanes; lane++)
      sums[lane] = (sums[lane] as number) + (values[vector * lanes + lane] as number);
  for (let row = 1; row < UNROLLED; row++)
    for (let lane = 0; lane < lanes; lane++)
      sums[lane] = (sums[lane] as number) + (sums[row * lanes + lane] as number);
  let total = 0;
  for (let i = vectors * lanes; i < values.length; i++) total = Math.fround(total + (values[i] as number));
  for (let lane = 0; lane < lanes; lane++) total = Math.fround(total + (sums[lane] as number));
  return total;
}

/** Sums of `width` columns over `groups` rows; a level hands its sum on after every 2^power rows. */
function cascade(values: Float32Array, groups: number, width: number): Float32Array {
  const power = Math.max(4, Math.floor(ceilLog2(groups) / LEVELS));
  const step = 2 ** power;
  const levels = Array.from({ length: LEVELS }, () => new Float32Array(width));
  const [first] = levels as [Float32Array];
  const addRow = (row: number) => {
    const from = row * width;
    for (let k = 0; k < width; k++) first[k] = (first[k] as number) + (values[from + k] as number);
  };
  let row = 0;
  while (row + step <= groups) {
    for (const end = row + step; row < end; row++) addRow(row);
    for (let level = 1; level < LEVELS; level++) {
      const [below, above] = [levels[level - 1], levels[level]] as [Float32Array, Float32Array];
      for (let k = 0; k < width; k++) above[k] = (above[k] as number) + (below[k] as number);
      below.fill(0);
      // Not yet time for the next level.
      if (Math.floor(row / 2 ** (level * power)) % step !== 0) break;
    }
  }
  for (; row < groups; row++) addRow(row);
  for (let level = 1; level < LEVELS; level++) {
    const above = levels[level] as Float32Array;
    for (let k = 0; k < width; k++) first[k] = (first[k] as number) + (above[k] as number);
  }
  return first;
}

const ceilLog2 = (value: number): number => (value <= 2 ? 1 : 32 - Math.clz32(value - 1));
