"""Medians, quartiles and ratios of what was measured."""

import numpy as np


def summary(values):
    """Median and quartiles of a list of numbers, as a dict; ``iqr`` is the width between them."""
    low, middle, high = (float(q) for q in np.percentile(values, (25, 50, 75)))
    return {
        "median": middle,
        "q1": low,
        "q3": high,
        "iqr": high - low,
        "rounds": len(values),
        "values": [float(value) for value in values],
    }


def judge(target, entries):
    """The ratio a target names, with the quartiles of the ratio within each round.

    ``met`` is None when one of the two was not measured (then there is no ratio either), and when
    other processes disturbed more than half of either's rounds: what spins suffers most from
    them, so such a ratio says nothing (quiet.py).
    """
    verdict = {
        "text": target.text,
        "over": target.over,
        "under": target.under,
        "sense": target.sense,
        "limit": target.limit,
        "ratio": None,
        "met": None,
    }
    over, under = (entries.get(key, {}).get("time") for key in (target.over, target.under))
    if over and under:
        # One round's values were taken side by side: their ratio feels least of the machine's mood.
        pairs = summary([a / b for a, b in zip(over["values"], under["values"], strict=True)])
        ratio = over["median"] / under["median"]
        verdict.update(ratio=ratio, q1=pairs["q1"], q3=pairs["q3"])
        rows = (entries[target.over], entries[target.under])
        if all(2 * row["disturbed_rounds"] <= row["time"]["rounds"] for row in rows):
            verdict["met"] = bool(target.is_met(ratio))
    return verdict


def disagreement(found, expected, tolerance=1e-3):
    """A sentence on how a worker's ``check`` differs from what it must be, or None."""
    for name, value in expected.items():
        got = found.get(name, float("nan"))
        if not abs(got - value) <= tolerance * abs(value):
            return f"computes something else: expected {name} = {value:.6g}, got {got:.6g}"
    return None
