"""Every dollar is in one account: customers pay a monthly margin, every lever, hire, case and ask costs.

Money is discounted at (1 + d)^(t / 12). Customers who are still there at the horizon go on paying: their value after it
is monthly margin / (1 - (1 - h) / (1 + d_month)), h the stated churn's monthly hazard, since levers stop there too
(K5).
"""

from __future__ import annotations

from collections.abc import Mapping

from loyaltysim import kernels
from loyaltysim.core import threads
from loyaltysim.core.discounting import discount_factor, monthly_chance
from loyaltysim.core.lazy import np
from loyaltysim.core.mechanism import Mechanism, Report, RngStream, Study, World, column, metric, param


class Accounts(Mechanism):
    """Close the month's books."""

    always = True
    market_wide = True

    margin_share: float = param(0.4, "share", "margin as a share of revenue", low=0.001)
    later_value: bool = param(True, "yes/no", "count what customers who are still there are worth after the horizon")

    monthly_margin = column("firm", "float64", "summed monthly margin of the customers", "$/month")
    founders_margin = column("firm", "float64", "the same of those who were customers at month 0", "$/month")

    customers = metric("customers", "customers", over="end", better="higher", headline=True)
    rival_customers = metric("people supplied by a rival", "people", over="end")
    value_share_top_tenth = metric(
        "share of the monthly margin of month 0's customers that their top tenth paid", "share", over="end"
    )
    revenue = metric("revenue", "$", better="higher")
    margin = metric("margin before the levers' costs", "$", better="higher")
    spent = metric("all costs of levers, hires, cases and asks", "$")
    net = metric("margin less costs", "$", better="higher")
    founder_margin = metric("margin from the customers of month 0", "$")
    margin_rate = metric("monthly margin of the customers at the month's end", "$/month", over="end")
    founder_rate = metric("the same of those who were customers at month 0", "$/month", over="end")
    npv = metric(
        "net present value, with the value after the horizon where it is on",
        "$",
        over="close",
        better="higher",
        headline=True,
    )
    npv_without_later_value = metric("net present value of the horizon alone", "$", over="close", better="higher")
    later_worth = metric(
        "present value of the margin after the horizon", "$", called="later_value", over="close", better="higher"
    )
    discounted_cost = metric("present value of all costs", "$", over="close")
    clv = metric("present value of the margin of a customer of month 0", "$/customer", over="close", better="higher")

    def take_stock(self, world: World, report: Report) -> None:
        """Count the customers and what they pay a month, and who is with a rival."""
        people, firm = world.people, world.firm
        counts, rivals, margins, of_founders = zip(
            *threads.over_rows(
                kernels.market.value, people.rows, people.status, people.margin, people.founder, people.with_rival
            ),
            strict=True,
        )
        firm.monthly_margin[0], firm.founders_margin[0] = threads.sum_ranges(margins), threads.sum_ranges(of_founders)
        report(
            rival_customers=sum(rivals),
            customers=sum(counts),
            margin_rate=firm.monthly_margin[0],
            founder_rate=firm.founders_margin[0],
            value_share_top_tenth=firm.top_tenth[0],
        )

    def step(self, world: World, rng: RngStream, report: Report) -> None:
        """Book the margin of those who were customers at the month's start, and this month's costs."""
        margin, of_founders = float(world.firm.monthly_margin[0]), float(world.firm.founders_margin[0])
        spent = report.spent()
        self.take_stock(world, report)
        report(
            revenue=margin / self.margin_share,
            margin=margin,
            spent=spent,
            net=margin - spent,
            founder_margin=of_founders,
        )

    def later_multiple(self, scenario: Study) -> float:
        """Return what a dollar of monthly margin at the horizon is worth when its first payment after it is made."""
        if not self.later_value:
            return 0.0
        stays = 1 - monthly_chance(scenario.stated.churn_annual)
        return 1 / (1 - stays / discount_factor(scenario.discount_rate, -1))

    def close(self, months: Mapping[str, np.ndarray], scenario: Study) -> dict[str, float]:
        """Reckon present values from months 0..T; the first margin after the horizon is paid at T + 1."""
        factor = discount_factor(scenario.discount_rate, np.arange(len(months["net"]) + 1))
        multiple = self.later_multiple(scenario) * factor[-1]
        alone = float(np.sum(months["net"] * factor[:-1]))
        later = float(months["margin_rate"][-1] * multiple)
        of_founders = np.sum(months["founder_margin"] * factor[:-1]) + months["founder_rate"][-1] * multiple
        return {
            "npv": alone + later,
            "npv_without_later_value": alone,
            "later_value": later,
            "discounted_cost": float(np.sum(months["spent"] * factor[:-1])),
            "clv": float(of_founders / max(1.0, months["customers"][0])),
        }
