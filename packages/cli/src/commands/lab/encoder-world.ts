/** Where the encoder lab finds models and texts when it runs without a browser. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadQuerySet } from '@viva/assistant';
import { loadBank } from '@viva/bank';
import { openModelFolder } from '@viva/checkpoint';
import {
  type EncoderCorpus,
  EncoderError,
  type EncoderFiles,
  type EncoderWorld,
  SHIPPED_ENCODERS,
} from '@viva/labs';
import { bankFolder, encodersFolder } from '../../folders.ts';

const textIfThere = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch(() => undefined);

/** @throws EncoderError `no-model`; CheckpointError where the folder or its weights cannot be read */
export async function openEncoderFolder(folder: string): Promise<EncoderFiles> {
  const { configText, tensors } = await openModelFolder(folder);
  if (configText === undefined)
    throw new EncoderError('no-model', `${folder} has no config.json. Name the whole folder of a model.`);
  return {
    name: folder,
    config: configText,
    tokenizer: {
      tokenizer: await textIfThere(join(folder, 'tokenizer.json')),
      vocabulary: await textIfThere(join(folder, 'vocab.txt')),
      config: await textIfThere(join(folder, 'tokenizer_config.json')),
    },
    tensors,
  };
}

/** The bank's prompts and answers as texts to search, with its labelled queries, and the shipped models' held-out paragraphs. */
async function readCorpus(): Promise<EncoderCorpus> {
  const bank = await loadBank(bankFolder());
  const queries = await loadQuerySet(bankFolder(), bank.questions);
  const heldOut = JSON.parse(await readFile(join(encodersFolder(), 'held-out.json'), 'utf8')) as {
    text: string;
  }[];
  return {
    questions: [...bank.questions.values()].flatMap(({ id, text }) =>
      (['zh-CN', 'en'] as const).flatMap((language) => [
        { id, language, part: 'prompt' as const, text: `${text[language].title}. ${text[language].prompt}` },
        { id, language, part: 'answer' as const, text: text[language].answer },
      ]),
    ),
    queries: queries
      .filter(({ grades }) => grades.size > 0)
      .map(({ text, grades }) => ({ text, ids: [...grades.keys()] })),
    heldOut: heldOut.map(({ text }) => text),
  };
}

let corpus: Promise<EncoderCorpus> | undefined;

export const encoderWorld: EncoderWorld = {
  async open(model) {
    if (model === 'chosen')
      throw new EncoderError(
        'no-model',
        `“chosen” means files chosen on the page. Here, name a folder: --set model=path/to/bert (shipped: ${SHIPPED_ENCODERS.join(', ')}).`,
      );
    const shipped = SHIPPED_ENCODERS.find((name) => name === model);
    if (!shipped && !existsSync(model))
      throw new EncoderError(
        'no-model',
        `There is no folder ${model}. Shipped models: ${SHIPPED_ENCODERS.join(', ')}; viva model pull fetches others.`,
      );
    const files = await openEncoderFolder(shipped ? join(encodersFolder(), shipped) : model);
    return { ...files, name: model };
  },
  corpus: () => {
    corpus ??= readCorpus();
    return corpus;
  },
};
