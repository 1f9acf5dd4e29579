"""What a finding comes to in words."""

from __future__ import annotations

from collections.abc import Iterable


class Wording:
    """An answer in words, and further sentences (`notes`, empty ones left out): reduced fidelity, what could not be simulated."""

    def __init__(self, answer: str, notes: Iterable[str] = ()) -> None:
        self.answer = answer
        self.notes = tuple(note for note in notes if note)
