"""What is told about results: tables, pictures, page, workbook and the answer in one sentence. Reads results, never a running model.

Called, it does what the verb of its name does: `loyaltysim.report("results/my-question-0e2b08-1")`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType


class _Room(ModuleType):
    """This room; and, since a package's room hides a function of the same name, the function too."""

    def __call__(self, folder: str | Path) -> Path:
        """Draw a folder's report, pictures and workbook anew; see `loyaltysim.cli.report.report`."""
        page: Path = import_module("loyaltysim.cli.report").report(folder)
        return page


sys.modules[__name__].__class__ = _Room
