import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checkBank, loadBank } from './load.ts';
import { BankError, LOCALES } from './types.ts';

const SHIPPED = fileURLToPath(new URL('../../../bank', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'viva-bank-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the shipped bank', () => {
  it('has no finding', async () => {
    expect(await checkBank(SHIPPED)).toEqual([]);
  });

  it('covers the twelve topics and three kits of at least eight items', async () => {
    const { questions, kits, calibrations } = await loadBank(SHIPPED);
    for (const id of [
      'gan-vs-diffusion',
      'diffusion-pros-cons',
      'prompt-generalization',
      'knowledge-injection',
      'chain-of-thought',
      'quantization',
      'mixed-precision',
      'pretrained-encoders',
      'medical-application-case',
      'privacy-and-ethics',
      'cross-disciplinary-work',
      'hospital-system-down',
    ])
      expect(questions.has(id), id).toBe(true);
    expect([...kits.keys()]).toEqual(['generative-model-engineer', 'llm-engineer', 'medical-llm-engineer']);
    for (const { items } of kits.values()) expect(items.length).toBeGreaterThanOrEqual(8);
    expect([...calibrations.keys()]).toEqual(['clinical', 'technical']);
    for (const { transcripts } of calibrations.values()) {
      expect(transcripts.length).toBeGreaterThanOrEqual(6);
      expect(new Set(transcripts.map(({ expert }) => expert)).size).toBe(5);
    }
  });

  it('calibrates on transcripts of a length that one can judge by', async () => {
    for (const { transcripts, practice } of (await loadBank(SHIPPED)).calibrations.values())
      for (const { id, text } of [...transcripts, ...practice]) {
        const words = text.en.transcript.split(/\s+/).length;
        expect(words, id).toBeGreaterThanOrEqual(110);
        expect(words, id).toBeLessThanOrEqual(260);
        expect(text['zh-CN'].transcript.length, id).toBeGreaterThanOrEqual(150);
      }
  });
});

describe('transcripts for practice', () => {
  it('cover the scale, several competencies and kinds, and none of them is counted', async () => {
    const { calibrations, questions } = await loadBank(SHIPPED);
    for (const { transcripts, practice, text } of calibrations.values()) {
      expect(practice.map(({ expert }) => expert).sort()).toEqual([1, 2, 3, 4, 5]);
      const counted = new Set(transcripts.map(({ id }) => id));
      expect(practice.filter(({ id }) => counted.has(id))).toEqual([]);
      expect(text.en.intro).toMatch(/composed/);
    }
    const asked = [...calibrations.values()].flatMap(({ practice }) =>
      practice.map(({ question }) => questions.get(question)),
    );
    expect(new Set(asked.map((question) => question?.competency)).size).toBeGreaterThanOrEqual(6);
    expect(new Set(asked.map((question) => question?.kind)).size).toBeGreaterThanOrEqual(5);
  });

  it('do not give their score away by length', async () => {
    const all = [...(await loadBank(SHIPPED)).calibrations.values()].flatMap(({ practice }) => practice);
    for (const locale of ['zh-CN', 'en'] as const) {
      const length = all.map(({ text }) => text[locale].transcript.length);
      const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
      const low = mean(length.filter((_, at) => (all[at]?.expert ?? 3) <= 2));
      const high = mean(length.filter((_, at) => (all[at]?.expert ?? 3) >= 4));
      // Means of four each: nobody would tell them apart by eye.
      expect(high / low, locale).toBeGreaterThan(0.75);
      expect(high / low, locale).toBeLessThan(1.34);
    }
  });
});

describe('a changed bank', () => {
  const CARD = 'questions/efficiency/quantization';
  beforeEach(async () => {
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
    await cp(SHIPPED, folder, { recursive: true });
  });
  const edit = async (file: string, change: (text: string) => string) => {
    const path = join(folder, file);
    const before = await readFile(path, 'utf8');
    const after = change(before);
    expect(after, 'the edit must change the file').not.toBe(before);
    await writeFile(path, after);
  };
  const lineOf = async (file: string, needle: string) =>
    (await readFile(join(folder, file), 'utf8')).split('\n').findIndex((line) => line.includes(needle)) + 1;

  it('hashes alike with other line endings and a byte-order mark', async () => {
    const before = await loadBank(SHIPPED);
    for (const name of ['question.yaml', 'zh.md', 'en.md'])
      await edit(`${CARD}/${name}`, (text) => `\uFEFF${text.replaceAll('\n', '\r\n')}`);
    const after = await loadBank(folder);
    expect(after.questions.get('quantization')?.hash).toBe(before.questions.get('quantization')?.hash);
    expect(after.hash).toBe(before.hash);
  });

  it('hashes differently when a word changes, and only where it did', async () => {
    const before = await loadBank(SHIPPED);
    await edit(`${CARD}/zh.md`, (text) => text.replace('# 模型量化', '# 大模型量化'));
    const after = await loadBank(folder);
    expect(after.hash).not.toBe(before.hash);
    for (const [id, { hash }] of after.questions)
      expect(hash === before.questions.get(id)?.hash, id).toBe(id !== 'quantization');
  });

  const faults: [
    name: string,
    file: string,
    from: string | RegExp,
    to: string,
    code: string,
    at: string | null,
  ][] = [
    [
      'an unknown field',
      `${CARD}/question.yaml`,
      'kind: knowledge',
      'kind: knowledge\nlevel: hard',
      'schema',
      'level: hard',
    ],
    [
      'a key that stands twice',
      `${CARD}/question.yaml`,
      'kind: knowledge',
      'kind: knowledge\nkind: ethics',
      'yaml',
      'kind: ethics',
    ],
    [
      'YAML that does not parse',
      `${CARD}/question.yaml`,
      'kind: knowledge',
      'kind: [knowledge',
      'yaml',
      null,
    ],
    [
      'an id unlike its folder',
      `${CARD}/question.yaml`,
      'id: quantization',
      'id: quantisation',
      'id-folder',
      'id: quantisation',
    ],
    [
      'a claim that is not in the answer',
      `${CARD}/question.yaml`,
      /en: NF4 stands/,
      'en: NF4 means',
      'claim-not-in-answer',
      'en: NF4 means',
    ],
    [
      'a claim with an unknown source',
      `${CARD}/question.yaml`,
      'source: jacob-2018',
      'source: nobody-2018',
      'no-such-source',
      'source: nobody-2018',
    ],
    [
      'a holistic anchor',
      `${CARD}/en.md`,
      /### 3\n\n/,
      '### 3\n\nGives a good impression of knowing. ',
      'holistic',
      'Gives a good',
    ],
    [
      'a holistic anchor in Chinese',
      `${CARD}/zh.md`,
      /### 3\n\n/,
      '### 3\n\n总体印象较好，',
      'holistic',
      '总体印象较好',
    ],
    [
      'an anchor that is too short',
      `${CARD}/en.md`,
      /### 3\n\n[^#]+/,
      '### 3\n\nGood answer.\n\n',
      'too-short',
      'Good answer.',
    ],
    [
      'probes out of step',
      `${CARD}/zh.md`,
      /## 追问\n\n/,
      '## 追问\n\n- 再多问一个问题好不好？\n',
      'out-of-step',
      '再多问一个',
    ],
    [
      'the wrong language',
      `${CARD}/en.md`,
      /## Answer\n\n/,
      `## Answer\n\n${'量化是用更少的比特表示参数。'.repeat(60)}\n\n`,
      'wrong-language',
      null,
    ],
    [
      'a kit with an unknown question',
      'kits/llm-engineer.yaml',
      'question: quantization',
      'question: quantum',
      'no-such-question',
      'question: quantum',
    ],
    [
      'a kit with a weight of nought',
      'kits/llm-engineer.yaml',
      /quantization, weight: [\d.]+/,
      'quantization, weight: 0',
      'schema',
      'quantization, weight: 0',
    ],
    [
      'competency weights that do not add up',
      'kits/llm-engineer.yaml',
      /weight: 0\.4\n/,
      'weight: 0.5\n',
      'weights',
      'competencies:',
    ],
    [
      'a kit with an unknown scale family',
      'kits/llm-engineer.yaml',
      'scaleFamily: technical',
      'scaleFamily: musical',
      'no-such-family',
      'scaleFamily: musical',
    ],
    [
      'a transcript of an unknown question',
      'calibration/technical/set.yaml',
      'question: quantization',
      'question: quantum',
      'no-such-question',
      'question: quantum',
    ],
  ];
  it.each(faults)('refuses %s', async (_, file, from, to, code, at) => {
    await edit(file, (text) => text.replace(from, to));
    const findings = await checkBank(folder);
    const finding = findings.find((one) => one.code === code && one.file === file);
    expect(finding, JSON.stringify(findings)).toBeDefined();
    expect(finding?.line).toBeGreaterThan(0);
    if (at) expect(finding?.line).toBe(await lineOf(file, at));
    await expect(loadBank(folder)).rejects.toBeInstanceOf(BankError);
  });

  it('refuses stray files, links, bad names, missing and duplicate things', async () => {
    await writeFile(join(folder, CARD, 'notes.txt'), 'x');
    await symlink('/etc', join(folder, 'questions', 'efficiency', 'linked'));
    await cp(join(folder, CARD), join(folder, 'questions', 'efficiency', 'Bad Name'), { recursive: true });
    await cp(join(folder, CARD), join(folder, 'questions', 'encoders', 'quantization'), { recursive: true });
    await rm(join(folder, 'questions', 'efficiency', 'mixed-precision', 'en.md'));
    await writeFile(join(folder, CARD, 'zh.md'), new Uint8Array([0xff, 0xfe, 0x41]));
    const findings = await checkBank(folder);
    const codes = (code: string) => findings.filter((one) => one.code === code).map(({ file }) => file);
    expect(codes('path')).toEqual(
      expect.arrayContaining(
        [
          `${CARD}/notes.txt`,
          'questions/efficiency/linked',
          'questions/efficiency/Bad Name',
          'questions/encoders/quantization/notes.txt',
        ].filter((file) => !file.includes('encoders')),
      ),
    );
    expect(codes('missing-file')).toContain('questions/efficiency/mixed-precision/en.md');
    expect(codes('encoding')).toEqual([`${CARD}/zh.md`]);
  });

  it('refuses practice with a transcript that counts', async () => {
    const counted = await readFile(join(folder, 'calibration/technical/gan-solid.en.md'), 'utf8');
    await writeFile(join(folder, 'calibration/technical/practice/lora-merged.en.md'), counted);
    const [finding] = (await checkBank(folder)).filter(({ code }) => code === 'practice-counted');
    expect(finding).toMatchObject({
      file: 'calibration/technical/set.yaml',
      line: await lineOf('calibration/technical/set.yaml', 'id: lora-merged'),
    });
  });

  it('has another hash with other transcripts for practice, and certificates are of the same set', async () => {
    const before = await loadBank(SHIPPED);
    await edit('calibration/technical/set.yaml', (text) =>
      text.replace('question: lora, expert: 3', 'question: lora, expert: 4'),
    );
    const after = await loadBank(folder);
    expect(after.hash).not.toBe(before.hash);
    expect(after.calibrations.get('technical')?.hash).toBe(before.calibrations.get('technical')?.hash);
  });

  it('refuses reasons for practice that quote nothing, or what the candidate does not say', async () => {
    const reasonOf = 'calibration/clinical/practice/error-owned.en.md';
    const found = async (change: (text: string) => string) => {
      await edit(reasonOf, change);
      return (await checkBank(folder)).map(({ code, file, message }) => ({ code, file, message }));
    };
    const file = 'calibration/clinical/set.yaml';
    // The interviewer's words are no evidence.
    expect(
      await found((text) => text.replace('> The second was fear', '> How long until you spoke?')),
    ).toEqual([{ code: 'not-said', file, message: expect.stringContaining('How long until you spoke?') }]);
    expect(await found((text) => text.replace(/^> /gm, ''))).toEqual([
      { code: 'no-quote', file, message: expect.stringContaining('"error-owned" (en)') },
    ]);
  });

  it('refuses two questions of one id', async () => {
    await cp(join(folder, CARD), join(folder, 'questions', 'encoders', 'quantization'), { recursive: true });
    const findings = await checkBank(folder);
    expect(findings.map(({ code, file }) => [code, file])).toContainEqual([
      'duplicate-id',
      'questions/encoders/quantization/question.yaml',
    ]);
  });

  it('says which file and line in the error', async () => {
    await edit(`${CARD}/en.md`, (text) => text.replace('## Probes', '## Hints'));
    const error = await loadBank(folder).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BankError);
    expect((error as BankError).message).toMatch(/questions\/efficiency\/quantization\/en\.md:\d+: /);
    expect((error as BankError).code).toBe('bank-invalid');
  });

  it('refuses a folder that is not there', async () => {
    await expect(loadBank(join(folder, 'nowhere'))).rejects.toMatchObject({ name: 'BankError' });
  });

  it('has every text in both languages', async () => {
    for (const { id, text } of (await loadBank(folder)).questions.values())
      for (const locale of LOCALES) expect(text[locale].anchors.every(Boolean), id).toBe(true);
  });
});
