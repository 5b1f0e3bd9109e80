/**
 * Model files as streams: safetensors, quantisation, and the Hugging Face hub's protocol.
 * @module
 */

export { CheckpointError, DtypeError, FileError, FormatError, OptionError, type Where } from './errors.ts';
export {
  type AtomicWriteOptions,
  atomicWriteFile,
  atomicWriteFolder,
  type FileSink,
} from './files/atomic-write.ts';
export { INDEX_FILE, type ModelFolder, openModelFolder } from './safetensors/folder.ts';
export { encodeHeader, type NewTensor, parseHeader, type SafetensorsHeader } from './safetensors/header.ts';
export { openSafetensors } from './safetensors/reader.ts';
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
