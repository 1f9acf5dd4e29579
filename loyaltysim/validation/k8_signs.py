"""K8: signs that must hold, whatever the figures."""

from __future__ import annotations

from loyaltysim.validation import k8_money, k8_talk
from loyaltysim.validation.answer import KnownAnswer

SOURCE = (
    "Knox and van Oest; De Matos; Rust, Zahorik, Keiningham; Fornell and Wernerfelt; East, Hammond, Wright; Nitzan and "
    "Libai; Nejad, Amini, Sherrell; Goldenberg and others"
)


def answer() -> KnownAnswer:
    """Try each sign on common luck."""
    checks, panels = k8_money.interior()
    checks = [*k8_money.recovery(), *checks, *k8_talk.messages()]
    for sign in (k8_money.acquisition, k8_money.winback, k8_talk.neighbours, k8_talk.unequal, k8_talk.weak_ties):
        more, panel = sign()
        checks.extend(more)
        panels.append(panel)
    return KnownAnswer("K8", "Signs that must hold", SOURCE, checks, panels)
