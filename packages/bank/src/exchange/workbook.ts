/**
 * Excel workbooks (ECMA-376, Office Open XML) with sheets of text. Written with strings inside the cells; read with the
 * shared strings that Excel, LibreOffice and WPS write. Our own, 150 lines: the libraries unpack and parse without
 * bounds of their own, and the readers of ZIP and XML that hold them are here already.
 */
import { ExchangeError } from './exchange-error.ts';
import { columnName } from './tables.ts';
import {
  childOf,
  childrenOf,
  escapeAttribute,
  escapeXml,
  parseXml,
  textOf,
  walk,
  type XmlElement,
} from './xml.ts';
import { type Files, readZip, writeZip } from './zip.ts';

export interface Sheet {
  name: string;
  rows: string[][];
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
/** Excel's own limits. */
const MOST_CHARACTERS = 32_767;
const MOST_ROWS = 50_000;
const MOST_COLUMNS = 200;

/** In cells, `_x000D_` stands for a carriage return (ECMA-376 part 1, 22.9.2.19 ST_Xstring). */
const encodeCell = (text: string): string =>
  text.replace(/_x[0-9A-Fa-f]{4}_/g, (match) => `_x005F${match}`).replaceAll('\r', '_x000D_');
const decodeCell = (text: string): string =>
  text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

function sheetXml({ name, rows }: Sheet): string {
  const cells = rows.map((row, at) => {
    const filled = row.map((text, column) => {
      const place = `${columnName(column)}${at + 1}`;
      if (text.length > MOST_CHARACTERS)
        throw new ExchangeError(
          'unrepresentable',
          name,
          `a cell holds at most ${MOST_CHARACTERS} characters`,
          place,
        );
      return text === ''
        ? ''
        : `<c r="${place}" t="inlineStr" s="${at === 0 ? 1 : 2}"><is><t xml:space="preserve">${escapeXml(encodeCell(text), name)}</t></is></c>`;
    });
    return `<row r="${at + 1}">${filled.join('')}</row>`;
  });
  // The head stays in sight; long texts wrap.
  return `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="${Math.max(1, rows[0]?.length ?? 1)}" width="28" customWidth="1"/></cols><sheetData>${cells.join('')}</sheetData></worksheet>`;
}

const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/><xf xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

/** @throws ExchangeError where a text does not fit a cell */
export function writeWorkbook(sheets: readonly Sheet[]): Uint8Array<ArrayBuffer> {
  const files = new Map<string, string>();
  files.set(
    '[Content_Types].xml',
    `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>${sheets.map((_, index) => `<Override PartName="/xl/worksheets/sheet${index + 1}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`).join('')}</Types>`,
  );
  files.set(
    '_rels/.rels',
    `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  );
  files.set(
    'xl/workbook.xml',
    `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${sheets.map(({ name }, index) => `<sheet name="${escapeAttribute(name, name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join('')}</sheets></workbook>`,
  );
  files.set(
    'xl/_rels/workbook.xml.rels',
    `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${sheets.map((_, index) => `<Relationship Id="rId${index + 1}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${index + 1}.xml"/>`).join('')}<Relationship Id="rId${sheets.length + 1}" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
  );
  files.set('xl/styles.xml', STYLES);
  for (const [index, sheet] of sheets.entries())
    files.set(`xl/worksheets/sheet${index + 1}.xml`, sheetXml(sheet));
  const encoder = new TextEncoder();
  return writeZip([...files].map(([name, text]) => [name, encoder.encode(text)] as const));
}

/** Of rich text, the runs; phonetic guides are left out. */
const stringOf = (element: XmlElement): string =>
  decodeCell(
    element.children
      .map((child) =>
        typeof child === 'string' || child.name === 'rPh'
          ? ''
          : child.name === 't'
            ? textOf(child)
            : child.name === 'r'
              ? textOf(childOf(child, 't') ?? '')
              : '',
      )
      .join(''),
  );

const required = (files: Files, name: string, file: string): XmlElement => {
  const bytes = files.get(name);
  if (!bytes) throw new ExchangeError('bad-table', file, `${name} is missing: this is no Excel workbook`);
  return parseXml(bytes, `${file}/${name}`);
};

function columnIndex(reference: string): { column: number; row: number } | undefined {
  const [, letters = '', digits = ''] = /^([A-Z]{1,3})([1-9]\d{0,6})$/.exec(reference) ?? [];
  if (letters === '') return undefined;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return { column: column - 1, row: Number(digits) - 1 };
}

function readSheet(root: XmlElement, shared: readonly string[], file: string): string[][] {
  const data = childOf(root, 'sheetData');
  const rows: string[][] = [];
  let nextRow = 0;
  for (const element of data ? childrenOf(data, 'row') : []) {
    const at = Number(element.attributes.r ?? nextRow + 1) - 1;
    if (!(at >= 0 && at < MOST_ROWS))
      throw new ExchangeError(
        'too-large',
        file,
        `rows beyond ${MOST_ROWS} are not read`,
        `line ${element.line}`,
      );
    nextRow = at + 1;
    const cells: string[] = [];
    for (const cell of childrenOf(element, 'c')) {
      const reference = cell.attributes.r;
      const column = reference === undefined ? cells.length : columnIndex(reference)?.column;
      if (column === undefined || column >= MOST_COLUMNS)
        throw new ExchangeError(
          'too-large',
          file,
          `columns beyond ${columnName(MOST_COLUMNS - 1)} are not read`,
          reference,
        );
      const value = childOf(cell, 'v');
      const text = value ? textOf(value) : '';
      const type = cell.attributes.t;
      if (type === 'e')
        throw new ExchangeError('bad-table', file, `the cell holds the error ${text}`, reference);
      const inline = childOf(cell, 'is');
      const index = Number(text);
      if (type === 's' && shared[index] === undefined)
        throw new ExchangeError('bad-table', file, 'the cell points to a text that is not there', reference);
      while (cells.length < column) cells.push('');
      cells[column] =
        type === 's'
          ? (shared[index] ?? '')
          : type === 'inlineStr' && inline
            ? stringOf(inline)
            : decodeCell(text);
    }
    while (rows.length < at) rows.push([]);
    rows[at] = cells;
  }
  return rows;
}

/**
 * Reads every sheet of a workbook as text.
 * @throws ExchangeError naming sheet and cell
 */
export function readWorkbook(bytes: Uint8Array, file: string): Sheet[] {
  const files = readZip(bytes, file);
  const workbook = required(files, 'xl/workbook.xml', file);
  const relations = required(files, 'xl/_rels/workbook.xml.rels', file);
  const targets = new Map(
    childrenOf(relations, 'Relationship').map(({ attributes }) => [attributes.Id, attributes.Target ?? '']),
  );
  const strings = files.get('xl/sharedStrings.xml');
  const shared = strings
    ? childrenOf(parseXml(strings, `${file}/xl/sharedStrings.xml`), 'si').map(stringOf)
    : [];
  const sheets = [...walk(workbook)].filter(({ name }) => name === 'sheet');
  return sheets.map(({ attributes }) => {
    const target = targets.get(attributes.id) ?? '';
    const path = target.startsWith('/') ? target.slice(1) : `xl/${target}`;
    const name = attributes.name ?? '';
    return { name, rows: readSheet(required(files, path, file), shared, `${file}, sheet "${name}"`) };
  });
}
