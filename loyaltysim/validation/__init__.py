"""Known answers: what others have published or what algebra gives, and what the engine shows with parts switched off or
set.

One file a known answer; each gives its checks (published, simulated, tolerance and why so wide) and its curves.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KNOWN: Mapping[str, str] = MappingProxyType(
    {
        "K1": "k1_outcomes",
        "K2": "k2_asking",
        "K3": "k3_bass",
        "K4": "k4_retention",
        "K5": "k5_lifetime_value",
        "K6": "k6_spending",
        "K7": "k7_competing",
        "K8": "k8_dose_response",
    }
)
"""Each known answer's file in this folder; it holds `answer()`."""
