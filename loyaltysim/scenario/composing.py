"""Parse YAML into nodes without ever following it deeper than a scenario goes."""

from __future__ import annotations

import re
from typing import Any

from loyaltysim.core.errors import InputError, Problem
from loyaltysim.scenario.given import Place

DEEPEST = 30
MOST_OPEN_BRACKETS = 300
"""More brackets than this are open nowhere in earnest; the parser looks ahead over all of them, at quadratic cost."""
CURE = "write a flatter file: a scenario is three or four levels deep"


def composed(text: str, display: str) -> Any:
    """Give the root node of one YAML document, None for an empty one; raises InputError where it is nested too deeply."""
    from ruamel.yaml import YAML
    from ruamel.yaml.composer import Composer

    class Shallow(Composer):
        """A composer that stops where the nesting goes too deep."""

        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.depth += 1
            if self.depth > DEEPEST + 1:
                mark = self.parser.peek_event().start_mark
                raise _too_deep(Place(display, mark.line + 1, mark.column + 1))
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    _refuse_brackets(text, display)
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = Shallow
    return yaml.compose(text)


def _refuse_brackets(text: str, display: str) -> None:
    depth = 0
    for found in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if found[0] in "[{" else max(0, depth - 1)
        if depth > MOST_OPEN_BRACKETS:
            before = text[: found.start()]
            raise _too_deep(Place(display, before.count("\n") + 1, found.start() - before.rfind("\n")))


def _too_deep(place: Place) -> InputError:
    return InputError(Problem(f"is nested more than {DEEPEST} levels deep", where=str(place), cure=CURE))
