"""Errors for people: what is wrong, where, and what would be right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input.

    `where` is `file`, `file:line:column` or the option that carried the value; `field` is the dotted path; `cure` says
    what would be right.
    """

    what: str
    field: str = ""
    where: str = ""
    cure: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        field = f"{self.field}: " if self.field else ""
        cure = f"\n    {self.cure}" if self.cure else ""
        return f"{place}{field}{self.what}{cure}"


class LoyaltysimError(Exception):
    """The root of every error that a user can cause or cure."""


class InputError(LoyaltysimError):
    """The user's input is wrong: shown without a traceback, exit status 2, nothing written."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class RunError(LoyaltysimError):
    """The input is right but the run failed (a full disk, a folder that cannot be written): exit status 1."""


def describe_error(error: BaseException) -> str:
    """Say an error for a row of a table: as it is told if it was meant for people, else with its kind."""
    if isinstance(error, LoyaltysimError):
        return str(error)
    if isinstance(error, MemoryError):
        return "not enough memory"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
