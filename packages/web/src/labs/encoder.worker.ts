/** Runs the lab `encoder` off the page's thread: on the models that come along, or on files that the page was given. */
import { createEncoderLab, type EncoderCorpus, EncoderError, encoderFiles } from '@viva/labs';
import { askForFiles } from './encoder-files.ts';
import { serveLab } from './serve-lab.ts';

const SHIPPED: Readonly<Record<string, Readonly<Record<string, URL>>>> = {
  'bank-sentence': {
    'config.json': new URL('../../../labs/models/bank-sentence/config.json', import.meta.url),
    'vocab.txt': new URL('../../../labs/models/bank-sentence/vocab.txt', import.meta.url),
    'tokenizer_config.json': new URL(
      '../../../labs/models/bank-sentence/tokenizer_config.json',
      import.meta.url,
    ),
    'model.safetensors': new URL('../../../labs/models/bank-sentence/model.safetensors', import.meta.url),
  },
  'bank-mlm': {
    'config.json': new URL('../../../labs/models/bank-mlm/config.json', import.meta.url),
    'vocab.txt': new URL('../../../labs/models/bank-mlm/vocab.txt', import.meta.url),
    'tokenizer_config.json': new URL('../../../labs/models/bank-mlm/tokenizer_config.json', import.meta.url),
    'model.safetensors': new URL('../../../labs/models/bank-mlm/model.safetensors', import.meta.url),
  },
};

async function shipped(name: string): Promise<File[]> {
  const urls = Object.entries(SHIPPED[name] ?? {});
  if (urls.length === 0)
    throw new EncoderError(
      'no-model',
      `A page cannot open “${name}” by its path. Choose the folder as “a folder of mine”.`,
    );
  return Promise.all(
    urls.map(async ([file, url]) => {
      const response = await fetch(url);
      if (!response.ok)
        throw new EncoderError('no-model', `${file} could not be fetched (${response.status}).`);
      return new File([await response.blob()], file);
    }),
  );
}

interface Summary {
  id: string;
  title: Record<'zh-CN' | 'en', string>;
}

/** Titles of the bank's questions, with their prompts where this person may read them. No answers: those are not for all. */
async function readCorpus(): Promise<EncoderCorpus> {
  const get = async <T>(path: string): Promise<T | null> => {
    const response = await fetch(path, { headers: { accept: 'application/json' } });
    return response.ok ? ((await response.json()) as T) : null;
  };
  const list = await get<{ items: Summary[] }>('/api/bank/questions');
  const questions: EncoderCorpus['questions'][number][] = [];
  for (const { id, title } of list?.items ?? []) {
    const whole = await get<{ text: Record<'zh-CN' | 'en', { prompt: string }> }>(
      `/api/bank/questions/${encodeURIComponent(id)}`,
    ).catch(() => null);
    for (const language of ['zh-CN', 'en'] as const) {
      const prompt = whole?.text?.[language]?.prompt ?? '';
      questions.push({ id, language, part: 'prompt', text: `${title[language]}. ${prompt}` });
    }
  }
  return { questions, queries: [], heldOut: [] };
}

let corpus: Promise<EncoderCorpus> | undefined;

serveLab(
  createEncoderLab({
    open: async (name) =>
      name === 'chosen'
        ? encoderFiles(await askForFiles(self.name))
        : encoderFiles(await shipped(name), name),
    corpus: () => {
      corpus ??= readCorpus();
      return corpus;
    },
  }),
  // A model of some size is worth a GPU's round trips; the small ones that come along are not.
  ({ model }) => (model === 'chosen' ? 'auto' : 'wasm'),
);
