/** The stricter checks: each fault is put into a copy of the shipped bank and must be found, by file and line. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checkBank, loadBank } from './load.ts';
import { LOCALES } from './types.ts';

const SHIPPED = fileURLToPath(new URL('../../../bank', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'viva-strict-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const CARD = 'questions/finetuning/dpo';
const KIT = 'kits/llm-engineer.yaml';

describe('the shipped bank', () => {
  it('holds at least sixty questions on every area that was asked for', async () => {
    const { questions } = await loadBank(SHIPPED);
    expect(questions.size).toBeGreaterThanOrEqual(60);
    const tags = new Set([...questions.values()].flatMap((question) => question.tags));
    for (const tag of [
      ...['vae', 'normalizing-flow', 'gan', 'diffusion', 'flow-matching', 'guidance'],
      ...['attention', 'pre-training', 'lora', 'qlora', 'instruction-tuning', 'rlhf', 'dpo', 'grpo'],
      ...['chain-of-thought', 'quantization', 'kv-cache', 'speculative-decoding', 'paged-attention'],
      ...['flash-attention', 'mixed-precision', 'distributed-training', 'retrieval', 'evaluation', 'agents'],
      ...['encoder', 'clinical-nlp', 'medical-imaging', 'clinical-trial', 'dataset-shift', 'regulation'],
      ...['pipl', 'hipaa', 'gdpr', 'ai-act', 'ethics', 'collaboration', 'conflict', 'incident-response'],
      'ownership',
    ])
      expect(tags.has(tag), tag).toBe(true);
  });

  it('has mistakes and fair points for every question, and parallel forms for some of every kind of form', async () => {
    const { questions } = await loadBank(SHIPPED);
    for (const { id, text } of questions.values())
      for (const locale of LOCALES) {
        expect(text[locale].mistakes.length, id).toBeGreaterThanOrEqual(2);
        expect(text[locale].fair.length, id).toBeGreaterThanOrEqual(2);
      }
    const parallel = [...questions.values()].filter(({ text }) => text.en.parallel !== undefined);
    expect(parallel.length).toBeGreaterThanOrEqual(12);
  });

  it('sources every claim, and every question', async () => {
    for (const { id, claims, sources, kind } of (await loadBank(SHIPPED)).questions.values()) {
      expect(sources.length, id).toBeGreaterThan(0);
      for (const claim of claims) expect(claim.source ?? claim.check, `${id}/${claim.id}`).toBeDefined();
      if (kind === 'knowledge' || kind === 'experiment' || kind === 'case')
        expect(claims.length, id).toBeGreaterThanOrEqual(kind === 'case' ? 0 : 2);
    }
  });

  it('gives kits a blueprint that adds up', async () => {
    const { kits, questions } = await loadBank(SHIPPED);
    for (const { id, items, competencies, minutes } of kits.values()) {
      const least = competencies.reduce((sum, competency) => sum + competency.least, 0);
      expect(items.length, id).toBeGreaterThanOrEqual(least);
      const sum = items.reduce((total, { question }) => total + (questions.get(question)?.minutes ?? 0), 0);
      expect(minutes, id).toBe(sum);
      for (const competency of competencies)
        for (const locale of LOCALES) expect(competency.text[locale].title, id).not.toBe('');
    }
  });

  it('lists what is wrong with the source document, the rounding example first', async () => {
    const { errata } = await loadBank(SHIPPED);
    expect(errata.entries.length).toBeGreaterThanOrEqual(20);
    expect(errata.entries[0]?.id).toBe('rounding-193-194');
    expect((0.75689 * 255).toFixed(3)).toBe('193.007');
    expect((0.75689 * 256).toFixed(3)).toBe('193.764');
    for (const locale of LOCALES) {
      expect(errata.entries[0]?.text[locale].finding).toContain('193.007');
      expect(errata.entries[0]?.text[locale].finding).toContain('193.764');
      expect(errata.entries.find(({ id }) => id === 'nf4-near-float')?.text[locale].finding).toContain(
        'NormalFloat',
      );
    }
  });
});

describe('a changed bank', () => {
  beforeEach(async () => {
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
    await cp(SHIPPED, folder, { recursive: true });
  });

  /** `at` is text on the line that the finding must name. */
  const faults: [name: string, file: string, from: string | RegExp, to: string, code: string, at?: string][] =
    [
      [
        'an anchor that grades',
        `${CARD}/en.md`,
        /### 3\n\n/,
        '### 3\n\nShows a deep understanding. ',
        'grade-only',
        'Shows a deep',
      ],
      [
        'an anchor that grades, in Chinese',
        `${CARD}/zh.md`,
        /### 3\n\n/,
        '### 3\n\n理解深刻。',
        'grade-only',
        '理解深刻',
      ],
      [
        'anchors that are nearly alike',
        `${CARD}/en.md`,
        /### 2\n\n[^#]+### 3\n\n[^#]+/,
        '### 2\n\nWrites the loss and says that the implicit reward is the log-ratio of policy and reference.\n\n### 3\n\nWrites the loss and says that the implied reward is the log-ratio of policy and reference.\n\n',
        'anchors-alike',
        'implied reward',
      ],
      [
        'an anchor that builds on a point above it',
        `${CARD}/en.md`,
        '### 4\n\nAs 3,',
        '### 4\n\nAs 5,',
        'anchor-reference',
        'As 5,',
      ],
      [
        'an anchor far longer than the shortest',
        `${CARD}/en.md`,
        '### 5\n\nAs 4, ',
        `### 5\n\nAs 4, ${'and at length '.repeat(30)}`,
        'anchors-uneven',
        'As 4,',
      ],
      [
        'an answer too long to read',
        `${CARD}/zh.md`,
        '## 参考答案\n\n',
        `## 参考答案\n\n${'这一段太长。'.repeat(120)}`,
        'too-long',
        '这一段太长',
      ],
      ['too few mistakes', `${CARD}/en.md`, /(## Common mistakes\n\n- .*\n)(- .*\n)+/, '$1', 'few-mistakes'],
      ['no point to be fair on', `${CARD}/en.md`, /## Not to mark down\n\n(- .*\n)+/, '', 'few-fair'],
      [
        'a paragraph in one language only',
        `${CARD}/en.md`,
        '**A figure.**',
        'One more.\n\n**A figure.**',
        'out-of-step',
      ],
      [
        'a parallel form in one language only',
        `${CARD}/zh.md`,
        /$/,
        `\n## 平行题\n\n${'请用另一组数字推导同样的损失并解释。'.repeat(3)}\n`,
        'out-of-step',
      ],
      [
        'an anchor that builds on another point in the other language',
        `${CARD}/zh.md`,
        '### 4\n\n在 3 的基础上，',
        '### 4\n\n',
        'out-of-step',
      ],
      [
        'a source that cannot be found',
        `${CARD}/question.yaml`,
        /\n {4}url: https:\/\/arxiv.org\/abs\/2404.10719/,
        '',
        'source-unfindable',
        'id: xu-2024',
      ],
      [
        'an arXiv number younger than its source',
        `${CARD}/question.yaml`,
        '2404.10719',
        '2504.10719',
        'source-unfindable',
        'id: xu-2024',
      ],
      [
        'a claim that is no sentence',
        `${CARD}/question.yaml`,
        'so the partition function Z(x) cancels.',
        'so the partition function Z(x) cancels,',
        'claim-not-sentence',
        'Z(x) cancels,',
      ],
      [
        'a competency that is not on the map',
        `${CARD}/question.yaml`,
        'competency: language-modelling',
        'competency: guessing',
        'no-such-competency',
        'competency: guessing',
      ],
      ['a blueprint that is not met', KIT, 'least: 5', 'least: 6', 'blueprint', 'least: 6'],
      [
        'a competency without reserve',
        KIT,
        /reserve: \[bi-[^\]]+\]/,
        'reserve: []',
        'no-reserve',
        'reserve: []',
      ],
      [
        'a reserve on another competency',
        KIT,
        '[bi-cross-encoders,',
        '[attention-mechanics,',
        'reserve-unfit',
        '[attention-mechanics,',
      ],
      [
        'a reserve that is asked already',
        KIT,
        '[bi-cross-encoders,',
        '[prompt-injection,',
        'reserve-unfit',
        '[prompt-injection,',
      ],
      [
        'a reserve that does not exist',
        KIT,
        '[bi-cross-encoders,',
        '[tri-encoders,',
        'no-such-question',
        '[tri-encoders,',
      ],
      ['minutes that do not add up', KIT, 'minutes: 150', 'minutes: 120', 'minutes', 'minutes: 120'],
      [
        'a kit on an unknown competency',
        KIT,
        '- id: evaluation',
        '- id: evaluations',
        'no-such-competency',
        '- id: evaluations',
      ],
      [
        'an erratum without evidence',
        'errata.yaml',
        'evidence: [dettmers-2023]\n    question: quantization\n  - id: double',
        'evidence: []\n    question: quantization\n  - id: double',
        'no-evidence',
      ],
      [
        'an erratum with unknown evidence',
        'errata.yaml',
        'evidence: [xiao-2022]',
        'evidence: [xiao-1922]',
        'no-such-source',
        'xiao-1922]',
      ],
      [
        'an erratum on an unknown question',
        'errata.yaml',
        'question: ddpm-objective',
        'question: ddpm',
        'no-such-question',
        'question: ddpm\n',
      ],
      ['an erratum that stands twice', 'errata.yaml', 'id: slow-twice', 'id: intervals-256', 'entry-twice'],
      [
        'an erratum in the wrong language',
        'errata.yaml',
        /en: NF4 is 4-bit NormalFloat[^\n]*/,
        'en: NF4 是四比特的 NormalFloat，它的取值来自标准正态分布的分位数，所以它不是近似浮点，也不是均匀的整数量化，名字里的 N 指的是正态分布。',
        'wrong-language',
      ],
      [
        'a competency that stands twice',
        'competencies.yaml',
        '- id: evaluation',
        '- id: efficiency',
        'competency-twice',
      ],
    ];
  it.each(faults)('refuses %s', async (_, file, from, to, code, at) => {
    const path = join(folder, file);
    const before = await readFile(path, 'utf8');
    const after = before.replace(from, to);
    expect(after, 'the edit must change the file').not.toBe(before);
    await writeFile(path, after);
    const findings = (await checkBank(folder)).filter((one) => one.code === code);
    expect(findings.map((finding) => finding.file).join(), JSON.stringify(findings)).toContain(
      code === 'out-of-step' ? `${CARD}/zh.md` : file,
    );
    if (!at) return;
    const lines = after.split('\n').flatMap((line, index) => (`${line}\n`.includes(at) ? [index + 1] : []));
    expect(lines, 'the needle is on one line').toHaveLength(1);
    expect(findings.filter((finding) => finding.file === file).map(({ line }) => line)).toContain(lines[0]);
  });

  it('refuses a bank without a map of competencies or without errata', async () => {
    await rm(join(folder, 'competencies.yaml'));
    await rm(join(folder, 'errata.yaml'));
    const missing = (await checkBank(folder)).filter(({ code }) => code === 'missing-file');
    expect(missing.map(({ file }) => file).sort()).toEqual(['competencies.yaml', 'errata.yaml']);
  });

  it('changes the bank’s hash with the errata and the map, and no question’s', async () => {
    const before = await loadBank(SHIPPED);
    for (const [file, from, to] of [
      ['errata.yaml', '193.007', '193.0070'],
      ['competencies.yaml', 'title: { zh-CN: 评测,', 'title: { zh-CN: 评估,'],
    ] as const) {
      const path = join(folder, file);
      const source = await readFile(path, 'utf8');
      await writeFile(path, source.replace(from, to));
      const after = await loadBank(folder);
      expect(after.hash, file).not.toBe(before.hash);
      for (const [id, { hash }] of after.questions) expect(hash, id).toBe(before.questions.get(id)?.hash);
      await writeFile(path, source);
    }
  });
});
