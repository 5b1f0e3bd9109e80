import { describe, expect, it } from 'vitest';
import { latentMesh, normalQuantile, planeGrid } from './mesh.ts';

describe('grids', () => {
  it('the normal quantile is that of the tables', () => {
    for (const [p, z] of [
      [0.5, 0],
      [0.975, 1.959963984540054],
      [0.01, -2.3263478740408408],
      [0.8413447460685429, 1],
    ] as const)
      expect(normalQuantile(p)).toBeCloseTo(z, 7);
  });

  it('a mesh of latents varies two dimensions and leaves the others', () => {
    const { rows, columns, latents } = latentMesh(4);
    expect([rows, columns]).toEqual([17, 17]);
    for (let at = 0; at < rows * columns; at++)
      expect([...latents.subarray(4 * at + 2, 4 * at + 4)]).toEqual([0, 0]);
    // The middle line is at zero, and neighbours are symmetric about it.
    expect(latents[4 * 8]).toBeCloseTo(0, 6);
    expect(latents[0]).toBeCloseTo(-latents[4 * 16]!, 5);
    const line = latentMesh(1);
    expect([line.rows, line.latents.length]).toEqual([1, line.columns]);
  });

  it('a grid of the plane is centred', () => {
    const grid = planeGrid(4, 2);
    expect([...grid.subarray(0, 4)]).toEqual([-1.5, -1.5, -0.5, -1.5]);
    expect(grid.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 6);
  });
});
