/** A QTI 3.0 package: the manifest with LOM and QTI metadata, an item for each question and language, a test for each kit. */
import type { QuestionContent } from '../../content.ts';
import { type Competency, type Kit, LOCALES, type Locale, type Localised } from '../../types.ts';
import { escapeAttribute, escapeXml } from '../xml.ts';
import type { Files } from '../zip.ts';
import {
  CATALOGUE,
  DIFFICULTIES,
  itemName,
  PART,
  SCHEMA,
  SPACE,
  TYPE,
  toDuration,
  VOCABULARY,
} from './names.ts';
import { writeItem } from './write-item.ts';

export interface PackageContent {
  questions: readonly QuestionContent[];
  kits?: readonly Kit[];
  competencies?: ReadonlyMap<string, Competency>;
}

const MANIFEST = 'imsmanifest.xml';
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const strings = (name: string, text: Localised, file: string): string =>
  `<lom:${name}>${LOCALES.map((locale) => `<lom:string language="${locale}">${escapeXml(text[locale], file)}</lom:string>`).join('')}</lom:${name}>`;

function questionMetadata(
  question: QuestionContent,
  locale: Locale,
  competency: Competency | undefined,
  file: string,
): string {
  const { id, area, kind, difficulty, minutes, tags, text } = question;
  const plain = (value: string) => escapeXml(value, file);
  const taxon = (purpose: string, source: string, entry: string, title: Localised | undefined) =>
    `<lom:classification><lom:purpose><lom:source>LOMv1.0</lom:source><lom:value>${purpose}</lom:value></lom:purpose><lom:taxonPath><lom:source><lom:string language="en">${source}</lom:string></lom:source><lom:taxon><lom:id>${plain(entry)}</lom:id>${title ? strings('entry', title, file) : ''}</lom:taxon></lom:taxonPath></lom:classification>`;
  const both = (of: (one: Locale) => string): Localised => ({ 'zh-CN': of('zh-CN'), en: of('en') });
  return `<metadata>
<qti:qtiMetadata><qti:timeDependent>false</qti:timeDependent><qti:interactionType>extendedTextInteraction</qti:interactionType><qti:feedbackType>none</qti:feedbackType><qti:solutionAvailable>true</qti:solutionAvailable><qti:scoringMode>human</qti:scoringMode><qti:toolName>Viva</qti:toolName></qti:qtiMetadata>
<lom:lom>
<lom:general><lom:identifier><lom:catalog>${CATALOGUE.question}</lom:catalog><lom:entry>${plain(id)}</lom:entry></lom:identifier>${strings(
    'title',
    both((one) => text[one].title),
    file,
  )}<lom:language>${locale}</lom:language>${tags.map((tag) => `<lom:keyword><lom:string language="en">${plain(tag)}</lom:string></lom:keyword>`).join('')}</lom:general>
<lom:educational><lom:learningResourceType><lom:source>${VOCABULARY.kind}</lom:source><lom:value>${kind}</lom:value></lom:learningResourceType><lom:difficulty><lom:source>LOMv1.0</lom:source><lom:value>${DIFFICULTIES[difficulty]}</lom:value></lom:difficulty><lom:typicalLearningTime><lom:duration>${toDuration(minutes)}</lom:duration></lom:typicalLearningTime></lom:educational>
${taxon('competency', VOCABULARY.competency, question.competency, competency && both((one) => competency.text[one].title))}
${taxon('discipline', VOCABULARY.area, area, undefined)}
</lom:lom>
</metadata>`;
}

/** A kit in one language: a section for each competency, a weight for each item, the blueprint beside them. */
function writeTest(
  kit: Kit,
  locale: Locale,
  questions: ReadonlyMap<string, QuestionContent>,
  file: string,
): string {
  const attribute = (value: string) => escapeAttribute(value, file);
  const note = (part: string, value: unknown) =>
    `<qti-rubric-block class="${part}" use="ext:authoring" view="author"><qti-content-body><p><code>${escapeXml(JSON.stringify(value), file)}</code></p></qti-content-body></qti-rubric-block>`;
  const sections = kit.competencies.map(({ id, weight, least, reserve, text }) => {
    const items = kit.items.filter(({ question }) => questions.get(question)?.competency === id);
    const refs = items.map(
      (item) =>
        `<qti-assessment-item-ref identifier="${itemName(item.question, locale)}" href="../items/${item.question}.${locale}.xml"><qti-weight identifier="WEIGHT" value="${item.weight}"/></qti-assessment-item-ref>`,
    );
    return `<qti-assessment-section identifier="s-${id}" title="${attribute(text[locale].title)}" visible="true">${note(PART.blueprint, { competency: id, weight, least, reserve })}
${refs.join('\n')}
</qti-assessment-section>`;
  });
  const order = kit.items.map(({ question }) => question);
  return `<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-test xmlns="${SPACE.item}" xmlns:xsi="${SPACE.xsi}" xsi:schemaLocation="${SPACE.item} ${SCHEMA.item}" identifier="k-${kit.id}-${locale}" title="${attribute(kit.text[locale].title)}" tool-name="Viva" tool-version="1">
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" external-scored="human"/>
<qti-time-limits max-time="${kit.minutes * 60}"/>
${note(PART.kit, { id: kit.id, scaleFamily: kit.scaleFamily, minutes: kit.minutes, order })}
<qti-test-part identifier="interview" navigation-mode="nonlinear" submission-mode="simultaneous">
${sections.join('\n')}
</qti-test-part>
</qti-assessment-test>
`;
}

function kitMetadata(kit: Kit, locale: Locale, file: string): string {
  const both = (of: (one: Locale) => string): Localised => ({ 'zh-CN': of('zh-CN'), en: of('en') });
  return `<metadata><lom:lom><lom:general><lom:identifier><lom:catalog>${CATALOGUE.kit}</lom:catalog><lom:entry>${kit.id}</lom:entry></lom:identifier>${strings(
    'title',
    both((one) => kit.text[one].title),
    file,
  )}<lom:language>${locale}</lom:language>${strings(
    'description',
    both((one) => kit.text[one].summary),
    file,
  )}</lom:general></lom:lom></metadata>`;
}

/**
 * The files of a package, the manifest first.
 * @throws ExchangeError where a text holds what XML cannot
 */
export function writePackage({ questions, kits = [], competencies }: PackageContent): Files {
  const files: Files = new Map();
  const items: string[] = [];
  files.set(MANIFEST, new Uint8Array());
  for (const question of questions)
    for (const locale of LOCALES) {
      const href = `items/${question.id}.${locale}.xml`;
      files.set(href, encode(writeItem(question, locale, href)));
      items.push(
        `<resource identifier="${itemName(question.id, locale)}" type="${TYPE.item}" href="${href}">
${questionMetadata(question, locale, competencies?.get(question.competency), MANIFEST)}
<file href="${href}"/>
</resource>`,
      );
    }
  const known = new Map(questions.map((question) => [question.id, question]));
  const tests = kits
    .filter((kit) => kit.items.every(({ question }) => known.has(question)))
    .flatMap((kit) =>
      LOCALES.map((locale) => {
        const href = `tests/${kit.id}.${locale}.xml`;
        files.set(href, encode(writeTest(kit, locale, known, href)));
        return `<resource identifier="k-${kit.id}-${locale}" type="${TYPE.test}" href="${href}">
${kitMetadata(kit, locale, MANIFEST)}
<file href="${href}"/>
${kit.items.map(({ question }) => `<dependency identifierref="${itemName(question, locale)}"/>`).join('\n')}
</resource>`;
      }),
    );
  const locations = (['package', 'lom', 'metadata'] as const).map((name) => `${SPACE[name]} ${SCHEMA[name]}`);
  files.set(
    MANIFEST,
    encode(`<?xml version="1.0" encoding="UTF-8"?>
<manifest xmlns="${SPACE.package}" xmlns:lom="${SPACE.lom}" xmlns:qti="${SPACE.metadata}" xmlns:xsi="${SPACE.xsi}" xsi:schemaLocation="${locations.join(' ')}" identifier="viva-bank">
<metadata><schema>QTI Package</schema><schemaversion>3.0.0</schemaversion></metadata>
<organizations/>
<resources>
${[...tests, ...items].join('\n')}
</resources>
</manifest>
`),
  );
  return files;
}
