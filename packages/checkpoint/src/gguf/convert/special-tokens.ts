/** Special tokens: which id begins, ends, separates; which are added; the chat template. */

import type { ConvertibleFolder } from './folder.ts';
import {
  arrayAt,
  booleanAt,
  isObject,
  type Json,
  type JsonObject,
  numberAt,
  objectAt,
  stringAt,
} from './json.ts';
import type { MetadataBuilder } from './metadata.ts';

/** Kinds of special token, and GGUF's word for the key (one of which it misspells). */
const KINDS = {
  bos: 'bos',
  eos: 'eos',
  unk: 'unknown',
  sep: 'seperator',
  pad: 'padding',
  mask: 'mask',
} as const;

type Kind = keyof typeof KINDS;

const contentOf = (entry: Json | undefined): string | undefined =>
  typeof entry === 'string' ? entry : isObject(entry) ? stringAt(entry, 'content') : undefined;

interface Template {
  first: string | undefined;
  last: string | undefined;
}

/** The special tokens that a TemplateProcessing puts before and after a single sequence. */
function singleTemplate(tokenizer: JsonObject | undefined): Template | 'byte-level' | undefined {
  const post = objectAt(tokenizer, 'post_processor');
  const processors = arrayAt(post, 'processors');
  let found: Template | 'byte-level' | undefined;
  for (const processor of processors.length > 0 ? processors : [post]) {
    if (!isObject(processor)) continue;
    const type = stringAt(processor, 'type');
    if (type === 'ByteLevel') found ??= 'byte-level';
    if (type === 'BertProcessing' || type === 'RobertaProcessing') {
      const text = (key: string) => {
        const [token] = arrayAt(processor, key);
        return typeof token === 'string' ? token : undefined;
      };
      found = { first: text('cls'), last: text('sep') };
    }
    if (type === 'TemplateProcessing') {
      const single = arrayAt(processor, 'single');
      const special = (piece: Json | undefined) =>
        isObject(piece) ? stringAt(objectAt(piece, 'SpecialToken'), 'id') : undefined;
      found =
        single.length > 1
          ? { first: special(single[0]), last: special(single.at(-1)) }
          : { first: undefined, last: undefined };
    }
  }
  return found;
}

/** Ids by token: the vocabulary's, then the added tokens'. */
function lookUp(folder: ConvertibleFolder, tokens: readonly string[]): (token: string) => number | undefined {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  for (const added of arrayAt(folder.tokenizer, 'added_tokens')) {
    const id = isObject(added) ? numberAt(added, 'id') : undefined;
    const content = isObject(added) ? stringAt(added, 'content') : undefined;
    if (id !== undefined && content !== undefined) ids.set(content, id);
  }
  return (token) => ids.get(token);
}

/**
 * Writes ids, flags and the chat template.
 *
 * @param tokens the vocabulary in order of ids
 */
export function addSpecialTokens(
  out: MetadataBuilder,
  folder: ConvertibleFolder,
  tokens: readonly string[],
): void {
  const { tokenizerConfig, config, generationConfig } = folder;
  const idOf = lookUp(folder, tokens);
  const named: Partial<Record<Kind, string>> = {};
  for (const kind of Object.keys(KINDS) as Kind[])
    named[kind] = contentOf(tokenizerConfig?.[`${kind}_token`]);
  // BERT's [CLS] and [SEP] begin and end a text; llama.cpp knows them by those names.
  named.bos ??= contentOf(tokenizerConfig?.cls_token);
  named.eos ??= named.sep;
  const template = singleTemplate(folder.tokenizer);
  const ids: Partial<Record<Kind, number>> = {};
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const token = named[kind];
    const byName = token === undefined ? undefined : idOf(token);
    const byNumber = numberAt(config, `${kind}_token_id`) ?? numberAt(generationConfig, `${kind}_token_id`);
    const id = byName ?? byNumber;
    if (id !== undefined && id >= 0 && id < tokens.length) ids[kind] = id;
    out.uint32(`tokenizer.ggml.${KINDS[kind]}_token_id`, ids[kind]);
  }
  const flag = (kind: 'bos' | 'eos', token: string | undefined): boolean | undefined => {
    const configured = booleanAt(tokenizerConfig, `add_${kind}_token`);
    if (template === undefined) return configured;
    if (template === 'byte-level') return configured ?? false;
    return token !== undefined && idOf(token) === ids[kind];
  };
  const edges = typeof template === 'object' ? template : { first: undefined, last: undefined };
  out.bool('tokenizer.ggml.add_bos_token', flag('bos', edges.first));
  out.bool('tokenizer.ggml.add_eos_token', flag('eos', edges.last));
  out.string(
    'tokenizer.chat_template',
    stringAt(tokenizerConfig, 'chat_template') ?? defaultTemplate(tokenizerConfig) ?? folder.chatTemplate,
  );
}

/** Among several named templates, the one called `default`. */
function defaultTemplate(tokenizerConfig: JsonObject | undefined): string | undefined {
  for (const entry of arrayAt(tokenizerConfig, 'chat_template'))
    if (isObject(entry) && stringAt(entry, 'name') === 'default') return stringAt(entry, 'template');
  return undefined;
}
