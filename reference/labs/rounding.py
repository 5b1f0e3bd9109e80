"""Golden file for rounding singles to half precision and bfloat16.

    pip install numpy ml_dtypes
    python reference/labs/rounding.py

Writes packages/labs/src/fixtures/rounding.golden.json: a few thousand edge cases with the bits that numpy.float16 and
ml_dtypes.bfloat16 give, and SHA-256 sums over (a) the single-precision value of all 65,536 codes of each format and
(b) what the middle between every two neighbouring codes rounds to, and the singles just below and above that middle.
"""

import base64
import hashlib
import json
import pathlib

import ml_dtypes
import numpy as np

OUT = pathlib.Path(__file__).parents[2] / "packages/labs/src/fixtures/rounding.golden.json"
FORMATS = {"fp16": np.float16, "bf16": ml_dtypes.bfloat16}


def rounded(singles: np.ndarray, dtype) -> np.ndarray:
    """Singles that `dtype` makes of `singles`, as bits, with one NaN a sign."""
    with np.errstate(over="ignore"):
        back = singles.astype(dtype).astype(np.float32)
    bits = back.view(np.uint32).copy()
    nan = np.isnan(back)
    bits[nan] = (singles.view(np.uint32)[nan] & 0x80000000) | 0x7FC00000
    return bits


def all_codes(dtype) -> np.ndarray:
    return np.arange(65536, dtype=np.uint16).view(dtype).astype(np.float32)


def middles(dtype) -> np.ndarray:
    """Middles between positive neighbours up to the largest finite one, their neighbours in singles, and their negatives."""
    values = all_codes(dtype)
    finite = np.sort(values[np.isfinite(values) & ~np.signbit(values)]).astype(np.float64)
    middle = ((finite[1:] + finite[:-1]) / 2).astype(np.float32)
    inf = np.float32(np.inf)
    three = np.concatenate([np.nextafter(middle, -inf), middle, np.nextafter(middle, inf)])
    return np.concatenate([three, -three])


def edge_cases() -> np.ndarray:
    random = np.random.default_rng(20261124)
    bits = [random.integers(0, 2**32, 1000, dtype=np.uint32)]
    # Exponents in which halves are subnormal, normal, and overflow.
    for low, high in [(100, 106), (102, 114), (112, 128), (140, 145), (250, 255), (0, 3)]:
        exponent = random.integers(low, high, 300, dtype=np.uint32)
        bits.append((exponent << 23) | random.integers(0, 2**23, 300, dtype=np.uint32))
    special = [0, 2.0**-24, 2.0**-25, 2.0**-26, 2.0**-14, 65504, 65519.996, 65520, 65536, 3.3895314e38, 1 + 2.0**-11]
    singles = np.array(special + [np.inf, np.nan, 1 + 2.0**-8, 1 + 3 * 2.0**-8, 1 + 3 * 2.0**-11], dtype=np.float32)
    around = np.concatenate([np.nextafter(singles, np.float32(0)), singles, np.nextafter(singles, np.float32(np.inf))])
    bits.append(around.view(np.uint32))
    positive = np.concatenate(bits)
    return np.concatenate([positive, positive ^ np.uint32(0x80000000)])


def text(array: np.ndarray) -> str:
    return base64.b64encode(array.astype("<u4").tobytes()).decode()


def digest(array: np.ndarray) -> str:
    return hashlib.sha256(array.astype("<u4").tobytes()).hexdigest()


def without_nan_payload(values: np.ndarray) -> np.ndarray:
    bits = values.view(np.uint32).copy()
    nan = np.isnan(values)
    bits[nan] = (bits[nan] & 0x80000000) | 0x7FC00000
    return bits


def main() -> None:
    cases = edge_cases().view(np.float32)
    golden = {
        "numpy": np.__version__,
        "ml_dtypes": ml_dtypes.__version__,
        "cases": text(cases.view(np.uint32)),
        "formats": {
            name: {
                "rounded": text(rounded(cases, dtype)),
                "codes": digest(without_nan_payload(all_codes(dtype))),
                "middles": digest(middles(dtype).view(np.uint32)),
                "roundedMiddles": digest(rounded(middles(dtype), dtype)),
            }
            for name, dtype in FORMATS.items()
        },
    }
    OUT.write_text(json.dumps(golden, indent=1) + "\n")
    print(OUT, len(cases), "cases")


main()
