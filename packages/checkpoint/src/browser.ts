/**
 * The part of this package that runs where there is no file system: reading tensors from what a page was given.
 * @module
 */

export { CheckpointError, DtypeError, FileError, FormatError, OptionError, type Where } from './errors.ts';
export { openSafetensorsBlob } from './safetensors/blob-reader.ts';
export { DTYPE_BYTES, type Dtype, fromFloat32, isDtype, isFloating, toFloat32 } from './tensor/dtype.ts';
export { type ChunkOptions, elementCount, type TensorInfo, type TensorReader } from './tensor/tensor.ts';
