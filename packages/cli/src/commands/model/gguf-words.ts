/** Words of the commands that quantise models and run them, in both languages. */
import type { Locale } from '@viva/stats';

const WORDS = {
  runtimeMissing: {
    en: 'node-llama-cpp, which runs models, is not installed. Add --install to have it put into {folder} ({size}), or set VIVA_RUNTIME to where it is.',
    'zh-CN':
      '未安装运行模型所需的 node-llama-cpp。加上 --install 即可装到 {folder}（{size}），或用 VIVA_RUNTIME 指明它的位置。',
  },
  runtimeAsk: {
    en: 'node-llama-cpp, which runs models, is not installed. Install it into {folder} ({size})? [y/N] ',
    'zh-CN': '未安装运行模型所需的 node-llama-cpp。现在装到 {folder}（{size}）吗？[y/N] ',
  },
  converting: { en: 'converting', 'zh-CN': '转换中' },
  converted: {
    en: '{folder}: {tensors} tensors, {size} in {dtype}, {files} files.',
    'zh-CN': '{folder}：{tensors} 个张量，{dtype} 格式共 {size}，{files} 个文件。',
  },
  scaling: { en: 'AWQ, layers', 'zh-CN': 'AWQ，逐层' },
  layer: { en: 'tensor', 'zh-CN': '张量' },
  format: { en: 'type', 'zh-CN': '类型' },
  before: { en: 'before', 'zh-CN': '量化前' },
  after: { en: 'after', 'zh-CN': '量化后' },
  meanError: { en: 'mean error', 'zh-CN': '平均误差' },
  maxError: { en: 'max error', 'zh-CN': '最大误差' },
  warning: { en: 'warning: {text}', 'zh-CN': '警告：{text}' },
  counted: {
    en: '{quantized} weights quantised, {kept} tensors kept; {parameters} parameters.',
    'zh-CN': '量化了 {quantized} 个权重，{kept} 个张量保持原样；共 {parameters} 个参数。',
  },
  became: {
    en: '{before} became {after} ({share} %) in {time}, {rate}/s, peak memory {memory}.',
    'zh-CN': '{before} 变为 {after}（{share}%），用时 {time}，{rate}/秒，内存峰值 {memory}。',
  },
  filesIn: { en: '{files} files in {folder}', 'zh-CN': '{folder} 中共 {files} 个文件' },
  requantized: {
    en: 'The input was quantised already; errors are against it, not against the original model.',
    'zh-CN': '输入本身已经量化过；误差是相对输入，而非相对原始模型。',
  },
  quantizing: { en: 'quantising', 'zh-CN': '量化中' },
  scoring: { en: 'scoring {model}', 'zh-CN': '评估 {model}' },
  comparing: { en: 'comparing distributions', 'zh-CN': '比较分布' },
  quantized: {
    en: '{file}: {size}, {bits} bits a weight (from {before}); {seconds} s, {rate}/s with {threads} threads.',
    'zh-CN':
      '{file}：{size}，每个权重 {bits} 位（原为 {before}）；用时 {seconds} 秒，{threads} 个线程，{rate}/秒。',
  },
  generated: {
    en: '{tokens} tokens in {seconds} s, {rate} tokens/s; stopped by {reason}.',
    'zh-CN': '{seconds} 秒生成 {tokens} 个 token，每秒 {rate} 个；停止原因：{reason}。',
  },
  'stop.eogToken': { en: 'the model’s end of text', 'zh-CN': '模型结束' },
  'stop.maxTokens': { en: '--max-tokens', 'zh-CN': '达到 --max-tokens' },
  'stop.abort': { en: 'your interruption', 'zh-CN': '被中断' },
  'stop.stop': { en: '--stop', 'zh-CN': '遇到 --stop' },
  perplexity: {
    en: 'Perplexity {value} ± {error} over {tokens} tokens (context {context}, stride {stride}); {rate} tokens/s, {memory} at most.',
    'zh-CN':
      '困惑度 {value} ± {error}，共 {tokens} 个 token（上下文 {context}，步长 {stride}）；每秒 {rate} 个 token，内存峰值 {memory}。',
  },
  model: { en: 'model', 'zh-CN': '模型' },
  size: { en: 'size', 'zh-CN': '大小' },
  bits: { en: 'bits/weight', 'zh-CN': '位/权重' },
  ppl: { en: 'perplexity', 'zh-CN': '困惑度' },
  reading: { en: 'reading, tokens/s', 'zh-CN': '读入 token/秒' },
  writing: { en: 'writing, tokens/s', 'zh-CN': '生成 token/秒' },
  memory: { en: 'memory', 'zh-CN': '内存峰值' },
  divergence: {
    en: 'Next-token distributions of B against A over {tokens} tokens: KL(A‖B) mean {mean}, median {median}, 99th percentile {high}, greatest {max} nats; the same likeliest token {same} of the time.',
    'zh-CN':
      '在 {tokens} 个 token 上比较 B 与 A 的下一 token 分布：KL(A‖B) 均值 {mean}，中位数 {median}，99 分位 {high}，最大 {max} nat；最可能的 token 相同占 {same}。',
  },
  vocabularies: {
    en: 'The models split the text into different tokens, so their distributions cannot be compared, nor their perplexities directly.',
    'zh-CN': '两个模型的分词结果不同，无法比较分布，困惑度也不能直接比较。',
  },
} as const satisfies Record<string, Record<Locale, string>>;

export type Word = keyof typeof WORDS;

export const isWord = (name: string): name is Word => Object.hasOwn(WORDS, name);

export const say = (locale: Locale, word: Word, values: Record<string, string | number> = {}): string =>
  WORDS[word][locale].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
