"""NumPy for what is read before anything is simulated: it is loaded when first used, so that a mistyped key is answered
at once."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

__all__ = ["np", "pa", "pd", "pq"]


class LazyModule:
    """A module that is imported when something of it is first asked for."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, name: str) -> object:
        module = importlib.import_module(self.__name__)
        self.__dict__.update(vars(module))  # from here on as quick as the module itself
        return getattr(module, name)


if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    np, pd = LazyModule("numpy"), LazyModule("pandas")
    pa, pq = LazyModule("pyarrow"), LazyModule("pyarrow.parquet")
