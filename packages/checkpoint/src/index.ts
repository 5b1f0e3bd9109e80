/**
 * Model files as streams: safetensors, quantisation, and the Hugging Face hub's protocol.
 * @module
 */

export {
  type Decoder,
  type DecoderRun,
  openDecoder,
  type RunOptions,
  sequenceLogProbabilities,
} from './decoder/decoder.ts';
export { cutSequences, openTokenizer } from './decoder/tokenize.ts';
export { CheckpointError, DtypeError, FileError, FormatError, OptionError, type Where } from './errors.ts';
export {
  type AtomicWriteOptions,
  atomicWriteFile,
  atomicWriteFolder,
  type FileSink,
} from './files/atomic-write.ts';
export { convertFolder } from './gguf/convert/convert.ts';
export type { ConvertibleFolder, FolderTensor } from './gguf/convert/folder.ts';
export { readConvertibleFolder } from './gguf/convert/read-folder.ts';
export { GgufError, type GgufErrorCode } from './gguf/format/errors.ts';
export { openGguf } from './gguf/format/open-gguf.ts';
export { openSource } from './gguf/format/open-source.ts';
export {
  type GgufFile,
  type GgufHeader,
  openGgufSource,
  type ReadOptions,
  readHeader,
} from './gguf/format/read.ts';
export { type ByteSource, blobSource, memorySource } from './gguf/format/source.ts';
export {
  DEFAULT_ALIGNMENT,
  GGML_TYPES,
  type GgmlType,
  type GgufArray,
  type GgufMetadata,
  type GgufTensor,
  type GgufValue,
  tensorBytes,
} from './gguf/format/types.ts';
export { encodeGguf, type GgufContent, type GgufTensorInput, layOut } from './gguf/format/write.ts';
export { type WriteOptions, type WriteProgress, writeGguf } from './gguf/format/write-file.ts';
export { DEQUANTISABLE, dequantise } from './gguf/quantise/dequantise.ts';
export { type KernelResult, Kernels, type SourceType, type TargetType } from './gguf/quantise/kernels.ts';
export { openQuantisePool, type QuantisePool } from './gguf/quantise/pool.ts';
export {
  contentOf,
  modelShape,
  type QuantiseOptions,
  quantiseContent,
  type TensorConversion,
} from './gguf/quantise/quantise.ts';
export {
  assignTypes,
  isScheme,
  type ModelShape,
  SCHEMES,
  type SchemeName,
} from './gguf/quantise/scheme.ts';
export {
  type FolderDtype,
  ggufToFolder,
  type ToFolderOptions,
  type ToFolderReport,
} from './gguf/to-folder/to-folder.ts';
export {
  HubError,
  type PulledFile,
  type PullOptions,
  type PullProgress,
  type PullReport,
  pullModel,
} from './hub/pull.ts';
export { type CalibrationMethod, type Calibrator, createCalibrator } from './int8/calibration.ts';
export {
  codeRange,
  dequantizeInt8,
  type Granularity,
  type Int8Options,
  type Int8Tensor,
  int8Product,
  quantizeDynamic,
  quantizeInt8,
  type Range,
  scaleOf,
} from './int8/int8.ts';
export {
  createFourBitKernels,
  type FourBitKernels,
  isKernelDtype,
  type KernelDtype,
  kernelQuantizer,
} from './kernels/four-bit-kernels.ts';
export { createMatmul, type Matmul, type Product } from './kernels/matmul.ts';
export { type AwqResult, type AwqScales, awq, awqScales, meanSizes } from './posttraining/awq.ts';
export type { AwqGroupReport } from './posttraining/awq-model.ts';
export { type GptqFactor, type GptqOptions, gptq, gptqFactor } from './posttraining/gptq.ts';
export { type GridOptions, type GroupedWeight, roundToNearest } from './posttraining/integer-grid.ts';
export { hessian, outputError } from './posttraining/linear-algebra.ts';
export {
  type AwqOptions,
  type CalibratedModelOptions,
  type CalibrationText,
  quantizeWithText,
  withAwqModel,
} from './posttraining/quantize-with-text.ts';
export { BOUNDS, type FourBitType, LEVELS, RISING } from './quantize/codebooks.ts';
export { type DequantizeModelOptions, dequantizeModel } from './quantize/dequantize-model.ts';
export {
  DYNAMIC_MAP,
  dequantizeScales,
  NESTED_BLOCK,
  type NestedScales,
  quantizeScales,
} from './quantize/double-quant.ts';
export type { QuantError } from './quantize/error-measure.ts';
export {
  BLOCK_SIZES,
  type BlockSize,
  checkBlockSize,
  dequantizeFourBit,
  type FourBitBlocks,
  quantizeFourBit,
} from './quantize/four-bit.ts';
export type { ActivationScheme, IntegerScheme } from './quantize/integer-format.ts';
export {
  dequantizeInt8Rows,
  type Int8Rows,
  type MixedProduct,
  mixedPrecisionProduct,
  outlierColumns,
  quantizeInt8Rows,
} from './quantize/llm-int8.ts';
export {
  type LogicalWeight,
  type LogicalWeights,
  logicalWeights,
  type Stored,
} from './quantize/logical-weights.ts';
export {
  decodeState,
  encodeState,
  type QuantState,
  stateTensors,
  type TorchFloat,
} from './quantize/quant-state.ts';
export { quantizationConfig } from './quantize/quantization-config.ts';
export {
  type QuantizeModelOptions,
  type QuantizeProgress,
  type QuantizeReport,
  quantizeModel,
  type TensorQuantizer,
  type TensorReport,
} from './quantize/quantize-model.ts';
export {
  plannedTensors,
  type QuantizedTensor,
  quantizeTensor,
  type WeightScheme,
} from './quantize/quantize-tensor.ts';
export { type KeptBecause, keptBecause, type SelectOptions } from './quantize/select.ts';
export { INDEX_FILE, type ModelFolder, openModelFolder } from './safetensors/folder.ts';
export { encodeHeader, type NewTensor, parseHeader, type SafetensorsHeader } from './safetensors/header.ts';
export { openSafetensors } from './safetensors/reader.ts';
export { openSafetensorsSource } from './safetensors/source-reader.ts';
export {
  type SafetensorsWriteOptions,
  type SafetensorsWriter,
  writeSafetensors,
} from './safetensors/writer.ts';
export {
  DTYPE_BYTES,
  type Dtype,
  fromFloat32,
  isDtype,
  isFloating,
  roundHalfEven,
  toFloat32,
} from './tensor/dtype.ts';
export { bf16ToFloat32, float16ToFloat32, float32ToBf16, float32ToFloat16 } from './tensor/half.ts';
export { type ChunkOptions, elementCount, type TensorInfo, type TensorReader } from './tensor/tensor.ts';
