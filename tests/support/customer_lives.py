"""A small market where much happens within eighteen months, and the lives that are lived in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from loyaltysim.experiments.observer import Life, Observer
from loyaltysim.model import LoyaltyModel
from loyaltysim.scenario import Scenario
from loyaltysim.study import CustomerLife

Small = Callable[..., Scenario]
BUSY = {
    "market.people": 400,
    "market.customers": 200,
    "months": 18,
    "grievance.indifference": 0.15,
    "departure.moved": 0.0,
    "departure.died": 0.0,
}
PLANS = {
    "as today": {},
    "listen": {"voice.budget": 300.0, "desk.budget": 2_000.0},
    "advertise": {"advertising.budget": 6_000.0},
}


def lived(model: LoyaltyModel, people: Iterable[int]) -> list[Life]:
    """Play a model to its end and give these people's lives, in their order."""
    rows = list(people)
    observer = Observer(model, rows)
    model.use_timer(observer)
    while model.running:
        model.step()
    return [observer.life(row) for row in rows]


def altered(life: CustomerLife, **changes: Any) -> CustomerLife:
    """Give a life with something else in its history."""
    return CustomerLife(replace(life.history, **changes))
