"""How every kernel is compiled: kept on disk, holding no lock, without fast-math.

A division by zero gives what NumPy's would, not an exception, so that loops can become vector instructions; no C function
is made beside the one that Python calls. Both make compiling quicker.
"""

from __future__ import annotations

from typing import Any

from numba import njit

_options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}

kernel: Any = njit(**_options)

part: Any = njit(**(_options | {"no_cpython_wrapper": True}))
"""For what only kernels call: Python cannot."""
