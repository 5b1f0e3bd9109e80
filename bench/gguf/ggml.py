"""Times ggml_quantize_chunk on a matrix of singles: ggml.py FILE COLUMNS TYPE:ID… Prints JSON, MB/s of input by type and
threads: one thread by the time of the processor, two by the clock."""

import ctypes
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

path = os.environ.get("GGML_BASE")
if not path:
    import llama_cpp

    path = Path(llama_cpp.__file__).parent / "lib" / "libggml-base.so"
ggml = ctypes.CDLL(str(path))
ggml.ggml_quantize_chunk.restype = ctypes.c_size_t
ggml.ggml_quantize_chunk.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + [ctypes.c_int64] * 3 + [ctypes.c_void_p]

columns = int(sys.argv[2])
x = np.fromfile(sys.argv[1], np.float32)
rows = x.size // columns
out = np.zeros(x.nbytes, np.uint8)
result = {}
for named in sys.argv[3:]:
    name, kind = named.split(":")
    result[name] = {}
    for threads in (1, 2):
        share = rows // threads

        def work(i):
            ggml.ggml_quantize_chunk(int(kind), x.ctypes.data, out.ctypes.data, i * share * columns, share, columns, None)

        best = float("inf")
        with ThreadPoolExecutor(threads) as pool:
            for _ in range(5):
                now = time.process_time if threads == 1 else time.perf_counter
                began = now()
                list(pool.map(work, range(threads)))
                best = min(best, now() - began)
        result[name][threads] = x.nbytes / 1e6 / best
print(json.dumps(result))
