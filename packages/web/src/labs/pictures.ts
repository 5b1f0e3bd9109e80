/** The pictures of a page as PNG files: canvases as they are, drawings in SVG with the styles that the page gives them. */

export interface Picture {
  /** Fit for a file's name. */
  label: string;
  blob: Blob;
}

/** What a stylesheet may say of a drawing; a copy outside the page would lose it. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-opacity',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
  'visibility',
  'display',
] as const;

/** Twice the size on the screen, so that it prints well. */
const SCALE = 2;

const blobOf = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((done, fail) =>
    canvas.toBlob(
      (blob) => (blob ? done(blob) : fail(new Error('the picture could not be encoded'))),
      'image/png',
    ),
  );

async function drawSvg(svg: SVGSVGElement): Promise<Blob> {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll<SVGElement>('*')];
  for (const [at, node] of [copy, ...copy.querySelectorAll<SVGElement>('*')].entries()) {
    const from = getComputedStyle(originals[at] as Element);
    for (const name of STYLES) node.style.setProperty(name, from.getPropertyValue(name));
  }
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * SCALE));
  canvas.height = Math.max(1, Math.round(height * SCALE));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser draws no pictures');
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return blobOf(canvas);
}

/** Every picture with a name that is read aloud; decoration has none. */
export async function picturesOf(root: HTMLElement): Promise<Picture[]> {
  const out: Picture[] = [];
  const nodes = root.querySelectorAll<HTMLCanvasElement | SVGSVGElement>(
    'canvas[role="img"], svg[role="img"]',
  );
  for (const [at, node] of nodes.entries())
    out.push({
      label: String(at + 1),
      blob: node instanceof HTMLCanvasElement ? await blobOf(node) : await drawSvg(node),
    });
  return out;
}
