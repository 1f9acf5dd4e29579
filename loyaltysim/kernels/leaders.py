"""What becomes of complaints on their way up to the leaders."""

from __future__ import annotations

import numpy as np

from loyaltysim.core.codes import PRODUCT
from loyaltysim.core.touchpoint_table import PEOPLE
from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.luck import person, unit


@kernel
def climb(
    voiced, generation, passes_on, flatters, blames, direct, arrives, retold, memory,
    about, indifferent_at, failed_at, kind, importance, seen, seen_failing,
):  # fmt: skip
    """Let complaints (rows, int32) climb, and let what was seen of each touchpoint fade by `memory` before they are added.

    `passes_on`, `flatters`, `blames`: keys of three decisions. Chances: `direct` to be heard unfiltered, `arrives` to arrive
    at all, `retold` that a filtered one which blames kind people (kind 2) is told as a failure of another touchpoint, drawn
    by importance. about (int8, what the grievance is over), indifferent_at, failed_at: by person; kind int8, importance,
    seen and seen_failing (those told as failures of product or process) float64: by touchpoint. Returns how many arrive,
    and how many of them are retold.
    """
    counts = np.zeros(seen.size, np.int64)
    failures = np.zeros(seen.size, np.int64)
    elsewhere = 0.0
    last = -1
    for place in range(seen.size):
        if kind[place] != PEOPLE and importance[place] > 0.0:
            elsewhere += importance[place]
            last = place
    arrived = 0
    flattered = 0
    for i in range(voiced.size):
        row = voiced[i]
        who = person(row, generation[row])
        luck = unit(passes_on, who)
        if luck >= arrives:
            continue
        arrived += 1
        fails = about[row] == PRODUCT
        place = failed_at[row] if fails else indifferent_at[row]
        if luck >= direct and last >= 0 and kind[place] == PEOPLE and unit(flatters, who) < retold:
            fails = True
            draw = unit(blames, who) * elsewhere
            reached = 0.0
            for place in range(last + 1):
                if kind[place] != PEOPLE and importance[place] > 0.0:
                    reached += importance[place]
                    if draw < reached:
                        break
            flattered += 1
        counts[place] += 1
        failures[place] += fails
    for place in range(seen.size):
        seen[place] = seen[place] * memory + counts[place]
        seen_failing[place] = seen_failing[place] * memory + failures[place]
    return arrived, flattered
