/** Colours the code of a text, in the languages that the bank speaks of: classes only, no styles. */
import type { Element, Root } from 'hast';
import bash from 'highlight.js/lib/languages/bash';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';

const lowlight = createLowlight({ bash, json, python, sql, typescript, yaml });

function languageOf({ properties }: Element): string | undefined {
  const names = Array.isArray(properties.className) ? properties.className : [];
  const name = names.find((one) => String(one).startsWith('language-'));
  return name === undefined ? undefined : String(name).slice('language-'.length);
}

function colour(node: Root | Element): void {
  for (const child of node.children) {
    if (child.type !== 'element') continue;
    const language = child.tagName === 'code' ? languageOf(child) : undefined;
    const [text] = child.children;
    if (language && lowlight.registered(language) && text?.type === 'text')
      child.children = lowlight.highlight(language, text.value).children as Element['children'];
    else colour(child);
  }
}

/** For react-markdown. Code in a language that is not among these stays as it is. */
export const rehypeHighlight = () => (tree: Root) => colour(tree);
