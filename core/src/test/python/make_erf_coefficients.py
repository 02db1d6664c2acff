"""Prints the coefficients of erf in DoubleFunctions.

    python3 core/src/test/python/make_erf_coefficients.py

Below 1, erf(x) = x * p(x^2); from 1 to 6, erf(x) = 1 - exp(-x^2) * g(14.4 / (x + 3) - 2.6), whose
argument is within [-1, 1]. p and g meet the functions at
Chebyshev nodes. The largest errors are printed, of p relative to erf(x) / x, of g relative to 1, as it is subtracted
from 1. Written with mpmath 1.3.
"""

import mpmath as mp

mp.mp.prec = 300


def p(z):
    x = mp.sqrt(z)
    return mp.erf(x) / x if x else 2 / mp.sqrt(mp.pi)


def inverse(s):
    return mp.mpf("14.4") / (s + mp.mpf("2.6")) - 3


def g(s):
    x = inverse(s)
    return mp.erfc(x) * mp.exp(x**2)


def fitted(function, low, high, count):
    nodes = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * count)) for k in range(count)]
    solved = mp.lu_solve(mp.matrix([[x**j for j in range(count)] for x in nodes]), mp.matrix([function(x) for x in nodes]))
    return [float(c) for c in solved]


def worst(function, coefficients, low, high, weight):
    errors = []
    for k in range(2001):
        x = low + (high - low) * mp.mpf(k) / 2000
        near = sum(mp.mpf(c) * x**j for j, c in enumerate(coefficients))
        errors.append(abs((near - function(x)) * weight(x)))
    return max(errors)


def main():
    for name, function, low, high, count, weight in (
        ("p", p, mp.mpf(0), mp.mpf(1), 13, lambda z: 1 / p(z)),
        ("g", g, mp.mpf(-1), mp.mpf(1), 15, lambda s: mp.exp(-(inverse(s) ** 2))),
    ):
        coefficients = fitted(function, low, high, count)
        for j in reversed(range(count)):
            print(f"{name}{j:<3} {coefficients[j]!r}")
        print(f"{name}: error {mp.nstr(worst(function, coefficients, low, high, weight), 3)}, 2^-53 is 1.11e-16")


if __name__ == "__main__":
    main()
