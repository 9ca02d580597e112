"""Checks of random number generators: mean, variance, and the chi-square test."""

import itertools

import numpy as onp
from scipy import special

__all__ = [
    "chi_square_check",
    "gen_buckets_probs_with_ppf",
    "mean_check",
    "var_check",
    "verify_generator",
]


def _draw(generator, n):
    found = generator(n)
    found = found.asnumpy() if hasattr(found, "asnumpy") else onp.asarray(found)
    return found.reshape(-1)


def gen_buckets_probs_with_ppf(ppf, nbuckets):
    """Cut a distribution into intervals of equal probability.

    Parameters
    ----------
    ppf : callable    the quantile function: probability to value
    nbuckets : int

    Returns
    -------
    list of (low, high), list of float   the intervals, and the probability of each

    Raises
    ------
    AssertionError   without any bucket
    """
    if nbuckets <= 0:
        raise AssertionError(f"gen_buckets_probs_with_ppf: expected buckets, got {nbuckets}")
    edges = [ppf(i / float(nbuckets)) for i in range(nbuckets + 1)]
    return list(itertools.pairwise(edges)), [1.0 / nbuckets] * nbuckets


def mean_check(generator, mu, sigma, nsamples=1000000):
    """Whether the mean of samples lies within three standard errors of ``mu``.

    Parameters
    ----------
    generator : callable       ``generator(n)`` gives ``n`` independent samples
    mu, sigma : float          the distribution's mean and standard deviation
    nsamples : int

    Returns
    -------
    bool
    """
    mean = _draw(generator, nsamples).astype("float64").mean()
    return bool(abs(mean - mu) < 3 * sigma / onp.sqrt(nsamples))


def var_check(generator, sigma, nsamples=1000000):
    """Whether the variance of samples lies within three standard errors of ``sigma ** 2``.

    The standard error is that of a normal distribution. Parameters as for :func:`mean_check`.

    Returns
    -------
    bool
    """
    variance = _draw(generator, nsamples).astype("float64").var(ddof=1)
    return bool(abs(variance - sigma**2) < 3 * onp.sqrt(2 * sigma**4 / (nsamples - 1)))


def chi_square_check(generator, buckets, probs, nsamples=1000000):
    """Chi-square test of samples against the probabilities of buckets.

    Parameters
    ----------
    generator : callable       ``generator(n)`` gives ``n`` independent samples
    buckets : list of (low, high), or list of number
        intervals that are closed below and open above, ascending and without overlap; or the
        values of a discrete distribution
    probs : list of float      probability of each bucket
    nsamples : int

    Returns
    -------
    p : float                   probability of a deviation at least as large
    obs_freq : numpy.ndarray int64        samples found in each bucket
    expected_freq : numpy.ndarray int32   samples expected there

    Raises
    ------
    AssertionError   if there are no buckets, or not as many probabilities
    """
    if not buckets or len(buckets) != len(probs):
        raise AssertionError(
            f"chi_square_check: {len(buckets)} buckets and {len(probs)} probabilities"
        )
    samples = _draw(generator, nsamples)
    if samples.size != nsamples:
        raise AssertionError(
            f"chi_square_check: the generator gave {samples.size} samples instead of {nsamples}"
        )
    expected = nsamples * onp.asarray(probs, "float64")
    if isinstance(buckets[0], (list, tuple)):
        edges = onp.array([*[b[0] for b in buckets], buckets[-1][1]], "float64")
        at = onp.searchsorted(edges, samples.astype("float64"), side="right") - 1
        # the last interval contains its upper end
        at[samples == edges[-1]] = len(buckets) - 1
        at = at[(at >= 0) & (at < len(buckets))]
    else:
        values = onp.asarray(buckets)
        order = onp.argsort(values)
        place = onp.searchsorted(values[order], samples).clip(0, len(values) - 1)
        hit = values[order][place] == samples
        at = order[place[hit]]
    observed = onp.bincount(at, minlength=len(buckets))
    statistic = float(((observed - expected) ** 2 / expected).sum())
    p = float(special.chdtrc(len(buckets) - 1, statistic)) if len(buckets) > 1 else 1.0
    return p, observed, expected.astype("int32")


def verify_generator(
    generator, buckets, probs, nsamples=1000000, nrepeat=5, success_rate=0.2, alpha=0.05
):
    """Repeat :func:`chi_square_check` and count how often the samples fit.

    Parameters
    ----------
    nrepeat : int           repetitions
    success_rate : float    share of them that must succeed
    alpha : float           a repetition succeeds where ``p`` is greater

    The others are those of :func:`chi_square_check`.

    Returns
    -------
    list of float    ``p`` of each repetition

    Raises
    ------
    AssertionError   with the observed and expected frequencies
    """
    found = [chi_square_check(generator, buckets, probs, nsamples) for _ in range(nrepeat)]
    p_values = [p for p, _, _ in found]
    if sum(p > alpha for p in p_values) < nrepeat * success_rate:
        raise AssertionError(
            f"Generator test fails, Chi-square p={p_values}, "
            f"obs_freq={[o.tolist() for _, o, _ in found]}, "
            f"expected_freq={found[0][2].tolist()}.\n"
            f"buckets={buckets}, probs={probs}"
        )
    return p_values
