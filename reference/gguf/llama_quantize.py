"""Calls llama_model_quantize of libllama, which is all that the program llama-quantize does: llama_quantize.py IN OUT FTYPE THREADS

LLAMA_LIB names libllama (node-llama-cpp and llama-cpp-python bring one). Prints the seconds of the call alone.
"""

import ctypes
import os
import sys
import time
from pathlib import Path


class Params(ctypes.Structure):
    """The beginning of llama_model_quantize_params; what follows stays as the defaults have it."""

    _fields_ = [
        ("nthread", ctypes.c_int32),
        ("ftype", ctypes.c_int32),
        ("output_tensor_type", ctypes.c_int32),
        ("token_embedding_type", ctypes.c_int32),
        ("allow_requantize", ctypes.c_bool),
        ("rest", ctypes.c_byte * 236),
    ]


path = Path(os.environ["LLAMA_LIB"])
for library in sorted(path.parent.glob("libggml-base*.so*")) + sorted(path.parent.glob("libggml.*")):
    ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
for library in sorted(path.parent.glob("libggml.*")):
    ggml = ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
    if hasattr(ggml, "ggml_backend_load_all_from_path"):
        ggml.ggml_backend_load_all_from_path(str(path.parent).encode())
llama = ctypes.CDLL(str(path))
llama.llama_model_quantize_default_params.restype = Params
llama.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Params)]
quiet = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(lambda *_: None)
llama.llama_log_set(quiet, None)
llama.llama_backend_init()
params = llama.llama_model_quantize_default_params()
params.nthread, params.ftype, params.allow_requantize = int(sys.argv[4]), int(sys.argv[3]), True
began = time.perf_counter()
status = llama.llama_model_quantize(sys.argv[1].encode(), sys.argv[2].encode(), ctypes.byref(params))
if status != 0:
    sys.exit(f"llama_model_quantize returned {status}")
print(time.perf_counter() - began)
