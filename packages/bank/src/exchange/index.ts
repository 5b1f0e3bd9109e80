/**
 * Import and export of questions. Apart from the package's main entry, so that what only reads the bank loads neither
 * parsers nor a renderer of formulas.
 * @module
 */
export { changesOf, type FieldChange } from './changes.ts';
export { type ExchangeCode, ExchangeError } from './exchange-error.ts';
export {
  EXPORT_FORMATS,
  type ExportedFile,
  type ExportFormat,
  type ExportOptions,
  exportBank,
  SelectionError,
} from './export-bank.ts';
export { kitFile, questionFiles } from './folder.ts';
export { highlightCode } from './highlight.ts';
export {
  type ImportedQuestion,
  type ImportFormat,
  type ImportPreview,
  previewFolder,
  previewImport,
} from './import-bank.ts';
export { inlineMarkdownToXhtml, markdownToXhtml, type XhtmlOptions } from './markdown-to-xhtml.ts';
export { type Files, ZIP_LIMITS, type ZipLimits } from './zip.ts';
