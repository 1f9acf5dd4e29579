"""Bad scenarios of a second kind: sound by themselves, but empty, absurd, or at odds with each other."""

from __future__ import annotations

from tests.support.bad_scenarios import Bad


def one(name: str, text: str, *says: str) -> Bad:
    return Bad(name, {"study.yml": text}, says)


UNFIT = (
    one(
        "more brought than leave",
        "market: {people: 2_000, customers: 400}\n",
        "study.yml:1:36: stated.acquisition_cost: 40,000 $ of advertising at 462 $ a customer bring 87 a month",
        "but only 7 of 400 customers leave: the number of customers could not be steady",
        "lower advertising.budget to 3,400 or less, or raise stated.acquisition_cost to 5,500 or more",
        "budgets are those of a firm of 10,000 customers",
        "advertising.budget: 1_600 and desk.budget: 80",
    ),
    one(
        "a top tenth that pays less than a tenth",
        "market.top_tenth_share: 0.05\n",
        "study.yml:1:25: market.top_tenth_share: the top tenth cannot pay less than a tenth of all margins",
        "write 0.1 or more, or 0 to use market.margin_cv",
    ),
    one(
        "rivals without a quality",
        "rivals.quality: []\n",
        "study.yml:1:17: rivals.quality: is not a list of qualities",
        "or write rivals: off",
    ),
    one(
        "a rival better than can be",
        "rivals.quality: [0.5, 1.5]\n",
        "study.yml:1:17: rivals.quality: is not a list of qualities",
        "give one number from 0 to 1 for each rival",
    ),
    one(
        "too cheap a customer", "stated.acquisition_cost: 100\n", "1:26: stated.acquisition_cost:", "bring 400 a month"
    ),
    one("nobody leaves but some are brought", "stated.churn_annual: 0\n", "1:22:", "only 0 of 10,000 customers leave"),
    one(
        "nobody leaves but talk brings some",
        "stated.churn_annual: 0\nadvertising: off\n",
        "1:22: stated.churn_annual: nobody leaves",
        "joining: off",
    ),
    one(
        "more complain than grieve",
        "stated:\n  silent_share_of_lost: 0.1\n",
        "study.yml:2:25: stated.silent_share_of_lost: 0.9 of the lost would have complained, but only 0.82 leave",
        "state 0.18 or more",
    ),
    one(
        "more resolved than can be",
        "stated.outcomes: {ignored: .1, logged: 0, resolved: .8, resolved_fast: .1}\ndesk.solvable: 0.95\n",
        "stated.outcomes: 1 of the acknowledged would be resolved, but less than 0.8075 can be (desk.solvable, follow_up.unsound)",
    ),
    one("an absurd budget", "desk: {budget: 1e308}\n", "1:16: desk.budget: 1e+308 is more money", "write 1e12 or less"),
    one("an absurd price", "stated.acquisition_cost: 1e13\n", "10,000,000,000,000 is more money than any firm has"),
    one("an absurd change", "strategies: {a: {desk.budget: {add: 1e308}}}\n", "sets desk.budget too high", "1e12 or"),
    one("a list of strategies", "strategies: [a, b]\n", "strategies: [a, b] is no mapping"),
    one("a list of levers", "strategies: {a: [1]}\n", "strategies.a: [1] is no mapping"),
    one("a list of what is uncertain", "uncertain: [3]\n", "uncertain: [3] is no mapping"),
    one("a list of files", "extends: [a, b]\n", "extends: [a, b] is not a file's name"),
    one("a mapping for a text", "title: {a: b}\n", "title: {a: b} is not text"),
    one("half a range", "uncertain: {voice.price: {low: 14}}\n", "{low: 14} is no range"),
    one(
        "a plus that sets a lever",
        "desk: {budget: +20_000}\n",
        "1:16: desk.budget: +20_000 would set it",
        "{add: 20_000}",
    ),
    one("a plus that sets a fact", "voice.price: +3\n", "1:14: voice.price: +3 would set it", "--set voice.price+=3"),
    one("a folder extended", "extends: .\n", "1:10: extends: . is a folder"),
    one("nothing extended", "months: 3\nextends:\n", "2:1: extends: has no value", "take the line out"),
    one("no strategies", "strategies:\n", "1:1: strategies: names no strategy", "as today: {}"),
    one("an empty mapping of strategies", "strategies: {}\n", "names no strategy"),
    one("nothing uncertain", "uncertain:\n", "1:1: uncertain: has no value", "uncertain: {}"),
    one("no title after its colon", "title:\nmonths: 3\n", "1:1: title: has no value", 'title: ""'),
    one("no currency", "currency: ' '\n", "1:11: currency: is empty", "currency: $"),
    one("year 0", "start: 0000-01\n", "1:8: start: 0000-01 is not a month"),
    one("past the last year", "start: 9999-01\nmonths: 13\n", "start: the horizon ends after the year 9999"),
    one("a yes for a number", "months: true\n", "1:9: months: true is not a whole number"),
    one("a number in quotes", 'months: "3"\n', '1:9: months: "3" is not a whole number', "take the quotes away"),
    one(
        "a range beside the value",
        "voice.price: 2\nuncertain: {voice.price: {low: 14, high: 15}}\n",
        "2:26: uncertain.voice.price: 14 to 15 leaves out the scenario's own 2",
        "widen the range to hold 2",
    ),
    one(
        "no channels",
        "channels: {table: []}\n",
        "study.yml:1:19: channels.table: names no channel",
        "write a row for each channel, or take the line out",
    ),
    one(
        "channels that nobody uses",
        "channels.table: [{name: a, share: 0}, {name: b, share: 0}]\n",
        "study.yml:1:17: channels.table: no channel has any share",
        "give one share: 1",
    ),
    one(
        "two channels of one name",
        "channels.table: [{name: a}, {name: a}]\n",
        "study.yml:1:36: channels.table: two channels are called a",
        "give each a name of its own",
    ),
    one(
        "an endless share of a channel",
        "channels.table: [{name: a, share: .inf}]\n",
        "study.yml:1:35: channels.table.share: .inf is not a finite number",
    ),
    one(
        "a file for the channels",
        "channels.table: ch.csv\n",
        "study.yml:1:17: channels.table: ch.csv is not a list",
        "write a list of rows, as [{name: phone, share: 35,",
    ),
    one(
        "a number for the rivals' qualities",
        "rivals.quality: 0.5\n",
        "study.yml:1:17: rivals.quality: 0.5 is not a list",
        "write a list in square brackets, as [0.5]",
    ),
    one(
        "all supplied, by nobody",
        "rivals: {on: off, zero_sum: true}\n",
        "rivals.zero_sum: everyone is to have a supplier, but rivals is off",
        "write rivals: on, or zero_sum: false",
    ),
    one(
        "a pilot of nothing",
        "strategies: {a: {pilot: {share: .2, months: 6}}}\n",
        "study.yml:1:25: strategies.a.pilot: its strategy changes no lever, so nothing is tried",
        "add a change of a lever",
    ),
    one(
        "a pilot of what is so today",
        "strategies: {a: {desk.budget: {add: 0}, pilot: {share: .2, months: 6}}}\n",
        "study.yml:1:48: strategies.a.pilot: desk.budget stays at 2,000, what it is today",
        "change it by something, or take it out",
    ),
    one(
        "a pilot that ends before the change",
        "strategies: {a: {voice.budget: {add: 9, from: 2027-11}, pilot: {share: .2, months: 6}}}\n",
        "strategies.a.pilot: voice.budget changes only in 2027-11 (month 11), after the pilot's 6 months",
        "begin it in month 6 or before, or write a longer pilot",
    ),
    one(
        "an arm of a handful",
        "market.customers: 1_000\ncalibration: off\nstrategies: {a: {voice.budget: 9, pilot: {share: .01, months: 6}}}\n",
        "study.yml:3:42: strategies.a.pilot: 10 of 1,000 customers are too few for an arm of a pilot",
        "write share: 0.02 to 0.98, or raise market.customers to 2,000: an arm needs 20",
    ),
    one(
        "a control of a handful",
        "market: {people: 200, customers: 30}\nadvertising: off\ncalibration: off\n"
        "strategies: {a: {voice.budget: 9, pilot: {share: .9, months: 6}}}\n",
        "strategies.a.pilot: 3 of 30 customers are too few",
        "raise market.customers to 200: an arm needs 20",
    ),
)
