"""Random quantities that are the same, bit by bit, on every machine."""

from collections.abc import Callable
from math import frexp

Dice = Callable[[], float]  # a fraction, 0 <= fraction < 1


def ln(number: float) -> float:
    """Return the natural logarithm of a positive number, to some eight digits.

    Of +, -, * and / alone: math.log differs in its last bit between C libraries.
    """
    mantissa, exponent = frexp(number)
    z = (mantissa - 1) / (mantissa + 1)
    y = z * z
    series = 1 + y * (1 / 3 + y * (1 / 5 + y * (1 / 7 + y * (1 / 9 + y * (1 / 11 + y / 13)))))
    return 2 * z * series + exponent * 0.6931471805599453


def exponential(random: Dice) -> float:
    """Return a waiting time with mean 1."""
    return -ln(1 - random())


def gamma(random: Dice, shape: int) -> float:
    """Return a number with mean and variance ``shape``."""
    return sum(exponential(random) for _ in range(shape))


def beta(random: Dice, a: int, b: int) -> float:
    """Return a fraction with mean a / (a + b)."""
    part = gamma(random, a)
    return part / (part + gamma(random, b))


def word(random: Dice, syllables: int = 2) -> str:
    """Return an invented word with a capital letter: nobody is called so."""
    pairs = "ba be bi do du fa fi go ka ke la li lo ma mi mu na ne no pa ri ro sa so ta ti ve zu"
    choices = pairs.split()
    return "".join(choices[int(random() * len(choices))] for _ in range(syllables)).capitalize()
