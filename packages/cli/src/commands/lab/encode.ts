/** `viva lab encode`: what a BERT makes of one text: its tokens, guesses at [MASK], and the bank's nearest questions. */
import { createEncoderLab, startEngine } from '@viva/labs';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { textTable } from '../../terminal/text-table.ts';
import { encoderWorld } from './encoder-world.ts';

export interface EncodeOptions {
  model: string;
  pair: string;
  pooling: string;
  neighbours: string;
  json?: boolean;
  lang?: string;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
/** Without Markdown's marks, on one line. */
const oneLine = (text: string): string => {
  const flat = text
    .replace(/[*`#]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const letters = [...flat];
  return letters.length > 44 ? `${letters.slice(0, 43).join('')}…` : flat;
};

/** @throws CommandFailure for options that do not fit; EncoderError or CheckpointError where the model cannot be opened */
export async function labEncode(text: string, options: EncodeOptions): Promise<void> {
  const zh = language(options.lang) === 'zh-CN';
  const lab = createEncoderLab(encoderWorld);
  const parsed = lab.params.safeParse({
    model: options.model,
    text,
    pair: options.pair,
    pooling: options.pooling,
    neighbours: Number(options.neighbours),
  });
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`);
    throw new CommandFailure(`${faults.join('; ')}. See viva lab encode --help.`, 2);
  }
  await startEngine('wasm');
  const session = await lab.begin(parsed.data, 1);
  try {
    const { questions } = await encoderWorld.corpus();
    await session.advance(questions.length);
    const { model, tokens, special, types, cut, guesses, neighbours } = await session.frame({ hide: [] });
    if (options.json) {
      console.log(JSON.stringify({ model, tokens, special, types, cut, guesses, neighbours }, null, 2));
      return;
    }
    console.log(`${zh ? '词元' : 'tokens'} (${tokens.length}): ${tokens.join(' ')}`);
    if (cut)
      console.error(
        zh ? `文本太长，只读了前 ${tokens.length} 个词元。` : `Too long: read ${tokens.length} tokens.`,
      );
    for (const { at, options: words } of guesses)
      console.log(
        `\n${zh ? `第 ${at} 个词元的猜测` : `guesses at token ${at}`}: ${words
          .map(({ token, probability }) => `${token} ${percent(probability)}`)
          .join(', ')}`,
      );
    if (!model.masked && tokens.includes('[MASK]'))
      console.log(zh ? '\n这个模型没有掩码预测头，不能猜词。' : '\nThis model has no head for masked words.');
    console.log(
      `\n${textTable(
        [
          { head: zh ? '余弦' : 'cosine', align: 'right' },
          { head: zh ? '题目' : 'question' },
          { head: zh ? '文字' : 'text' },
        ],
        neighbours.map(({ cosine, id, text: own }) => [cosine.toFixed(3), id, oneLine(own)]),
      )}`,
    );
  } finally {
    session.dispose();
  }
}
