"""Known answers: what others have published or algebra gives, and what the engine shows with parts switched off or set.

One file a known answer; each gives its checks (published, simulated, tolerance and why so wide) and its curves.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

FOLDER = Path("results/validation")
"""Where the table and the pictures lie unless another folder is named."""
FILES = (
    *("k1_outcomes", "k2_asking", "k3_bass", "k4_retention"),
    *("k5_lifetime_value", "k6_spending", "k7_competing", "k8_dose_response"),
)
KNOWN: Mapping[str, str] = MappingProxyType({name[:2].upper(): name for name in FILES})
"""Each known answer's file in this folder; it holds `answer()`."""
