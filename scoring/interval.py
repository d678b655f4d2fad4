"""How far a rate that was counted may be from the true one."""

from math import sqrt

Z_95 = 1.959964


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a rate as shares from 0 to 1; everything from 0 to 1 where nothing was counted.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212; the one
    that Brown, Cai and DasGupta recommend for small n (Interval estimation for a binomial proportion, Statistical
    Science 16 (2001) 101-133): unlike the textbook's it stays within 0 and 1 and does not shrink to nothing at 0 of n.
    """
    if of == 0:
        return 0.0, 1.0
    rate, spread = hits / of, Z_95**2 / of
    middle = rate + spread / 2
    reach = Z_95 * sqrt(rate * (1 - rate) / of + spread / (4 * of))
    low, high = (middle - reach) / (1 + spread), (middle + reach) / (1 + spread)
    # Exactly nothing and exactly all, which the sums miss by the last digit.
    return max(0.0, low) if hits else 0.0, min(1.0, high) if hits < of else 1.0
