/** Reads HTML as a browser does and says what in it could run, load or submit something. */
import { type DefaultTreeAdapterMap, parseFragment } from 'parse5';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

const RUNS = new Set(
  'script style iframe frame object embed applet portal base meta link form template noscript foreignobject use set animate animatetransform animatemotion'.split(
    ' ',
  ),
);
const ADDRESSES = new Set(
  'href src srcset action formaction data poster background cite ping xlink:href'.split(' '),
);
const SCHEMES = new Set(['http:', 'https:', 'mailto:']);

/** As the browser resolves it: leading control characters and tabs inside count for nothing. */
function harmless(address: string): boolean {
  try {
    return SCHEMES.has(new URL(address, 'https://viva.test/page').protocol);
  } catch {
    return true;
  }
}

function faultsIn(node: Node, allowed: ReadonlySet<string>, found: string[]): void {
  if ('tagName' in node) {
    const element = node as Element;
    const name = element.tagName.toLowerCase();
    if (RUNS.has(name) && !allowed.has(name)) found.push(`<${name}>`);
    for (const { name: attribute, prefix, value } of element.attrs) {
      const whole = (prefix ? `${prefix}:${attribute}` : attribute).toLowerCase();
      if (whole.startsWith('on')) found.push(`${name} ${whole}="${value}"`);
      if (whole === 'srcdoc') found.push(`${name} srcdoc`);
      if (ADDRESSES.has(whole) && !harmless(value)) found.push(`${name} ${whole}="${value}"`);
      if (whole === 'style' && /url\s*\(|expression|@import|behavior|-moz-binding/i.test(value))
        found.push(`${name} style="${value}"`);
    }
  }
  if ('content' in node) faultsIn(node.content as Node, allowed, found);
  if ('childNodes' in node) for (const child of node.childNodes) faultsIn(child as Node, allowed, found);
}

/** @param allowed elements that the page around the text may have, e.g. its own `link` */
export function faultsOfHtml(html: string, allowed: readonly string[] = []): string[] {
  const found: string[] = [];
  faultsIn(parseFragment(html), new Set(allowed), found);
  return found;
}
