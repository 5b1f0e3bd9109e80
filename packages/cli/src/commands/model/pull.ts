/** `viva model pull`. */

import { basename } from 'node:path';
import { pullModel } from '@viva/checkpoint';
import { duration, interruptible, progressLine, size, table } from './format.ts';

interface PullOptions {
  revision: string;
  output?: string;
  json?: boolean;
}

export async function modelPull(model: string, { revision, output, json }: PullOptions): Promise<void> {
  const line = progressLine();
  const { signal, done } = interruptible('Stopped; what came is kept, and the same command continues.');
  try {
    const folder = output ?? basename(model);
    const report = await pullModel({
      model,
      revision,
      output: folder,
      signal,
      onProgress: ({ file, filesDone, files, bytesDone, bytes, bytesPerSecond, secondsLeft }) =>
        line.show(
          `${filesDone}/${files}  ${((100 * bytesDone) / Math.max(1, bytes)).toFixed(0)} %  ${size(bytesPerSecond)}/s  ${duration(secondsLeft)} left  ${file}`,
        ),
    });
    line.end();
    if (json) return console.log(JSON.stringify({ ...report, output: folder }, null, 2));
    console.log(
      table(
        report.files.map(({ path, bytes, sha256, outcome }) => [
          path,
          size(bytes),
          outcome,
          sha256 ? `sha256 ${sha256.slice(0, 12)}… checked` : '',
        ]),
      ),
    );
    console.log(
      `\n${report.files.length} files of ${model} (${report.commit ?? revision}) in ${folder}, ${duration(report.seconds)}`,
    );
  } finally {
    line.end();
    done();
  }
}
