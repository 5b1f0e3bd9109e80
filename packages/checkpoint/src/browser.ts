/**
 * What of this package needs no Node: the arithmetic of quantisation, and readers of files that a person drops on a page.
 * @module
 */

export { CheckpointError, DtypeError, FileError, FormatError, OptionError, type Where } from './errors.ts';
export { GgufError } from './gguf/format/errors.ts';
export { type GgufFile, openGgufSource } from './gguf/format/read.ts';
export { type ByteSource, blobSource, memorySource } from './gguf/format/source.ts';
export { GGML_TYPES, type GgufTensor } from './gguf/format/types.ts';
export { DEQUANTISABLE, dequantise } from './gguf/quantise/dequantise.ts';
export { type CalibrationMethod, type Calibrator, createCalibrator } from './int8/calibration.ts';
export {
  codeRange,
  dequantizeInt8,
  type Granularity,
  type Int8Options,
  type Int8Tensor,
  quantizeDynamic,
  quantizeInt8,
  type Range,
  scaleOf,
} from './int8/int8.ts';
export { type AwqResult, awq } from './posttraining/awq.ts';
export { type GptqOptions, gptq } from './posttraining/gptq.ts';
export { type GridOptions, type GroupedWeight, roundToNearest } from './posttraining/integer-grid.ts';
export { hessian, outputError } from './posttraining/linear-algebra.ts';
export { type FourBitType, LEVELS, RISING } from './quantize/codebooks.ts';
export { dequantizeScales, NESTED_BLOCK, quantizeScales } from './quantize/double-quant.ts';
export {
  addError,
  type ErrorSums,
  noError,
  type QuantError,
  summarizeError,
} from './quantize/error-measure.ts';
export {
  BLOCK_SIZES,
  type BlockSize,
  dequantizeFourBit,
  type FourBitBlocks,
  quantizeFourBit,
} from './quantize/four-bit.ts';
export {
  dequantizeInt8Rows,
  mixedPrecisionProduct,
  outlierColumns,
  quantizeInt8Rows,
} from './quantize/llm-int8.ts';
export { openSafetensorsSource } from './safetensors/source-reader.ts';
export { DTYPE_BYTES, type Dtype, fromFloat32, isDtype, isFloating, toFloat32 } from './tensor/dtype.ts';
export { bf16ToFloat32, float16ToFloat32, float32ToBf16, float32ToFloat16 } from './tensor/half.ts';
export { type ChunkOptions, elementCount, type TensorInfo, type TensorReader } from './tensor/tensor.ts';
