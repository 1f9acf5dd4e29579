"""What rivals' quality and offers are worth to a customer, and what rivals gain of us: a few numbers, so not compiled."""

from __future__ import annotations

import math

import numpy as np

from loyaltysim.core.codes import CUSTOMER, MONTHS_A_YEAR
from loyaltysim.kernels.luck import unit


def quality(levels, improves, month):
    """Give each rival's quality in a month, 0 to 1: its level, and what it has risen a year since month 0."""
    years = max(0, month) / MONTHS_A_YEAR
    return [min(1.0, max(0.0, level + improves * years)) for level in levels]


def hold(levels, slope, middle):
    """Give the joining of rivals' customers against that of middling rivals': the mean of exp(slope * (middle - level))."""
    return math.fsum(math.exp(slope * (middle - level)) for level in levels) / len(levels)


def offers(key, rivals, chance):
    """Draw which of so many rivals make a price offer this month: a list of 1 and 0."""
    return [int(unit(key, np.uint64(rival)) < chance) for rival in range(rivals)]


def lure(levels, offered, slope, middle, offer_ratio):
    """Give the hazard to be lured against that of middling rivals without offers.

    The mean of exp(slope * (level - middle)), times `offer_ratio` for a rival who makes an offer (`offered` 1, else 0).
    """
    pairs = zip(levels, offered, strict=True)
    return math.fsum(math.exp(slope * (level - middle)) * offer_ratio**offer for level, offer in pairs) / len(levels)


def supplied(status, with_rival):
    """Give how many people are with a rival and how many are our customers; status, with_rival: int8 (people,)."""
    return int(np.count_nonzero(with_rival)), int(np.count_nonzero(status == CUSTOMER))


def smoothed(before, gained, looks):
    """Give the smoothed monthly gain (who came less who left): the mean of 12 looks, from then on the latest weighs 1/12."""
    return before + (gained - before) / min(looks, MONTHS_A_YEAR)
