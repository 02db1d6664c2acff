"""Prints the coefficients of exp(-r) - 1 in DoubleExp.

    python3 core/src/test/python/make_exp_coefficients.py

exp(-r) - 1 = -r + r^2 * q(r), and q is the polynomial of degree 9 that meets (exp(-r) - 1 + r) / r^2 at the
Chebyshev nodes of |r| <= log(2) / 2. The largest error relative to exp(-r) is printed beside Taylor's of the same
length. Written with mpmath 1.3.
"""

import mpmath as mp

DEGREE = 9

mp.mp.prec = 300


def exact(r):
    return (mp.exp(-r) - 1 + r) / r**2


def main():
    bound = mp.log(2) / 2
    count = DEGREE + 1
    nodes = [bound * mp.cos(mp.pi * (2 * k + 1) / (2 * count)) for k in range(count)]
    powers = mp.matrix([[x**j for j in range(count)] for x in nodes])
    solved = mp.lu_solve(powers, mp.matrix([exact(x) for x in nodes]))
    near = [float(c) for c in solved]
    taylor = [float((-1) ** j / mp.factorial(j + 2)) for j in range(count)]
    for j in reversed(range(count)):
        print(f"r^{j + 2:<3} {near[j]!r}")
    for name, coefficients in (("chebyshev", near), ("taylor", taylor)):
        worst = mp.mpf(0)
        for k in range(-2000, 2001):
            r = bound * (k + mp.mpf(1) / 3) / 2001
            q = sum(mp.mpf(c) * r**j for j, c in enumerate(coefficients))
            worst = max(worst, abs((q - exact(r)) * r**2 / mp.exp(-r)))
        print(f"{name}: error {mp.nstr(worst, 3)}, 2^-53 is {mp.nstr(mp.mpf(2) ** -53, 3)}")


if __name__ == "__main__":
    main()
