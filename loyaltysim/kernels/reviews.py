"""Bad reviews: posted, withdrawn after a good recovery, and fading."""

from __future__ import annotations

from loyaltysim.core.codes import LONG_AGO, RESOLVED
from loyaltysim.kernels.compiled import kernel
from loyaltysim.kernels.luck import person, unit

FORGOTTEN = 0.01
"""A review of less weight than this is as good as none."""


@kernel
def review(
    grieved, public, closed, closed_as, month, generation, posts, withdraws, posted, withdrawn_after, kept, standing,
    reviewed_month,
):  # fmt: skip
    """Post the reviews of those who grieve without a review standing, and withdraw those of the well recovered.

    grieved and public (a part of it): rows, int32 ascending; closed, closed_as: rows and outcomes. `posts`, `withdraws`:
    the keys of two decisions, with the chances `posted` (1 in public) and `withdrawn_after`. A review keeps a part `kept`
    of its weight a month; `standing`: the sum of weights last month. Returns how many are posted and withdrawn, and the
    sum of weights now, not below 0.
    """
    new = 0
    gone = 0
    place = 0
    for i in range(grieved.size):
        row = grieved[i]
        said_in_public = place < public.size and public[place] == row
        place += said_in_public
        speaks = said_in_public or unit(posts, person(row, generation[row])) < posted
        if speaks and kept ** (month - reviewed_month[row]) < FORGOTTEN:
            reviewed_month[row] = month
            new += 1
    standing = standing * kept + new
    for i in range(closed.size):
        row = closed[i]
        if closed_as[i] < RESOLVED:
            continue
        left = kept ** (month - reviewed_month[row])
        if left >= FORGOTTEN and unit(withdraws, person(row, generation[row])) < withdrawn_after:
            reviewed_month[row] = LONG_AGO
            standing -= left
            gone += 1
    return new, gone, max(standing, 0.0)
