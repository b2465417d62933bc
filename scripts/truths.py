#!/usr/bin/env python3
"""Writes the table of true values that cpu-backend's ElementaryFunctionsTest reads, to standard
output: cpu-backend/src/test/resources/dev/weft/cpu/truths.txt is made of it. Needs mpmath.

A line has a function, its operands and the value as a sum of two doubles, all in hexadecimal.
"""
import random
import struct

import mpmath as mp

# As many digits as the largest double has before the point, or the smallest behind it, and more.
mp.mp.dps = 420


def as_float(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def spread(low, high, count):
    """Numbers of any exponent between, of both precisions."""
    result = []
    for i in range(count):
        x = low * (high / low) ** random.random()
        result.append(as_float(x) if i % 3 else x)
    return result


def both(values):
    return [s * v for v in values for s in (1, -1)]


TINY = [2.0**-1074, 2.0**-149, 3 * 2.0**-140, 2.0**-126, 2.0**-60, 2.0**-26, 2.0**-24, 2.0**-12]
# Beside multiples of π/2: the nearest of all floats and doubles, and of smaller ones.
NEAR = [as_float(k * 1.5707963267948966) for k in (1, 2, 3, 11, 355, 20000)]
NEAR += [16367173 * 2.0**72, 6381956970095103 * 2.0**797, 1.5707963267948966, 3.141592653589793, 355.0, 99999.0, 100001.0]
ANGLES = both(TINY + NEAR + spread(0.01, 10, 10) + spread(10, 1e5, 10) + spread(1e5, 3e38, 6) + [1e9, 1.1e9, 1e300])
UNIT = both(TINY + spread(1e-4, 1, 12) + [0.5, as_float(0.5000001), 0.875, 1 - 2.0**-24, 1 - 2.0**-53])
ALL = both(TINY + spread(1e-4, 30, 14) + spread(30, 3e38, 5) + [1.0, 2.0**30, 2.0**60, as_float(3.4e38), 1e300])
GROWTH = both(TINY + spread(1e-3, 80, 12) + [as_float(88.7), as_float(89.2), as_float(89.41), 100.0, 700.5, 710.4])
POSITIVE = TINY + spread(0.01, 100, 12) + spread(1e-37, 1e37, 10) + [0.7, 0.72, 1 - 2.0**-24, 1 + 2.0**-23, 1.41, 1.42, 1000.0, 8.0, as_float(3.4e38), 1.7e308]
PAIRS = [(a, b) for a, b in zip(both(spread(1e-3, 1e3, 10)), both(spread(1e-3, 1e3, 10))[::-1])]
PAIRS += [(2.0**-149, 3 * 2.0**-149), (as_float(3e38), as_float(2e38)), (1e300, -1e308), (2.0**-1074, 2.0**-1070)]
PAIRS += [(as_float(3e38), 2.0**-149), (1.0, as_float(3e-30)), (-7.5, as_float(0.1)), (2.0**40, 3.0), (-(2.0**24) + 1, 1.5)]
PAIRS += [(5.0, 7.0), (-5.0, 7.0), (6.0, 3.0), (7.0, as_float(7.0000005)), (1e22, -7.0), (16777213.0, -1.0)]

ONE = {
    "SIN": (mp.sin, ANGLES),
    "COS": (mp.cos, ANGLES),
    "TAN": (mp.tan, ANGLES),
    "ASIN": (mp.asin, UNIT + [1.0, -1.0]),
    "ACOS": (mp.acos, UNIT + [1.0, -1.0]),
    "ATAN": (mp.atan, ALL),
    "SINH": (mp.sinh, GROWTH),
    "COSH": (mp.cosh, GROWTH),
    "ASINH": (mp.asinh, ALL),
    "ACOSH": (mp.acosh, [1 + v for v in (0.0, 2.0**-23, 2.0**-52, 0.01, 0.3, 1.0)] + spread(1, 1e3, 10) + spread(1e3, 3e38, 5) + [as_float(3.4e38), 1.7e308]),
    "ATANH": (mp.atanh, UNIT),
    "EXPM1": (mp.expm1, GROWTH),
    "LOG1P": (mp.log1p, [v for v in UNIT + ALL if v > -1]),
    "LOG2": (lambda x: mp.log(x, 2) if x != 1 else mp.mpf(0), POSITIVE),
    "LOG10": (mp.log10, POSITIVE),
    "EXP2": (lambda x: mp.mpf(2) ** x, both(TINY + spread(0.01, 120, 10) + [0.5, 1.0, 126.5, 127.99, 700.3, 1000.5]) + [-140.3, -149.0, -1060.5, 1023.9]),
    "ERF": (mp.erf, both(TINY + spread(1e-3, 6, 16) + [0.5, 1.0, 3.9, 30.0])),
    "ERFC": (mp.erfc, both(TINY + spread(1e-2, 9, 16) + [0.5, 1.0, 9.5, 10.0]) + [12.5, 20.25, 26.0, 26.5]),
    "MISH": (lambda x: x * mp.tanh(mp.log1p(mp.exp(x))), both(TINY + spread(1e-2, 80, 12) + [1.1924, 100.0])),
    "LOG_SIGMOID": (lambda x: -mp.log1p(mp.exp(-x)), both(TINY + spread(1e-2, 80, 10))),
}
TWO = {
    "ATAN2": (mp.atan2, PAIRS),
    "FMOD": (lambda a, b: mp.sign(a) * mp.fmod(abs(a), abs(b)), PAIRS),
    "REMAINDER": (lambda a, b: a - b * mp.floor(a / b), PAIRS),
    "HYPOT": (mp.hypot, [p for p in PAIRS if abs(p[1]) < 1e307]),
}


def line(name, arguments, value):
    high = float(value)
    low = float(value - mp.mpf(high)) if abs(high) < float("inf") else 0.0
    print(name, *(x.hex() for x in arguments), high.hex(), low.hex())


random.seed(1)
for name, (f, arguments) in ONE.items():
    for x in dict.fromkeys(arguments):
        line(name, (x,), f(mp.mpf(x)))
for name, (f, pairs) in TWO.items():
    for pair in dict.fromkeys(pairs):
        line(name, pair, f(*map(mp.mpf, pair)))
