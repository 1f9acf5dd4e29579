"""Bad scenarios, each with what its message must say: the place, the field, the fault and the cure."""

from __future__ import annotations

from dataclasses import dataclass, field

GOOD = "title: A study\nmarket: {people: 5_000, customers: 1_000}\nstrategies:\n  as today: {}\n"


@dataclass(frozen=True)
class Bad:
    """Files to write (`study.yml` is the one checked; None leaves it out) and what the message must hold."""

    name: str
    files: dict[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    checked: str = "study.yml"


TEN_KINDS = (
    Bad(
        "unknown key",
        {"study.yml": "title: A study\nvoice: {pirce: 2}\n"},
        ("study.yml:2:9: voice.pirce:", "no such entry", "did you mean voice.price?"),
    ),
    Bad(
        "wrong type",
        {"study.yml": "months: 12\nstaff:\n  know: a lot\n"},
        ("study.yml:3:9: staff.know:", "a lot is not a number", "as 0.2 or 20_000"),
    ),
    Bad(
        "out of range",
        {"study.yml": "voice: {budget: -3}\n"},
        ("study.yml:1:17: voice.budget:", "-3 is below 0 ($/month: asking every customer", "allowed is 0 or more"),
    ),
    Bad(
        "shares that do not add to 1",
        {"study.yml": "stated:\n  reasons: {died: 0.01, moved: 0.03, friends: 0.05, rival: 0.19}\n"},
        ("study.yml:2:", "stated.reasons:", "the shares add to 1.1, not 1", "rival 0.19", "0.1 too much"),
    ),
    Bad("missing file", {}, ("study.yml: there is no such file", "loyaltysim new")),
    Bad(
        "circular extends",
        {"study.yml": "extends: b.yml\n", "b.yml": "extends: c.yml\n", "c.yml": "months: 3\nextends: study.yml\n"},
        ("c.yml:2:10: extends:", "goes round in a circle: study.yml > b.yml > c.yml > study.yml", "extend nothing"),
    ),
    Bad(
        "duplicate key",
        {"study.yml": "market:\n  people: 5000\n  people: 6000\n"},
        ("study.yml:3:3: market.people:", "is given twice, first at line 2", "keep one of them"),
    ),
    Bad(
        "dates reversed",
        {"study.yml": "strategies:\n  today: {}\n  late:\n    desk.budget: {add: 5, from: 2028-06, to: 2028-01}\n"},
        ("study.yml:4:46: strategies.late.desk.budget:", "ends in 2028-01, before it begins in 2028-06", "swap"),
    ),
    Bad(
        "an edge list with a bad line",
        {
            "study.yml": "market: {people: 500, customers: 100, network: {kind: file, path: ties.txt}}\n",
            "ties.txt": "# friends\n0 1\n2 x\n",
        },
        ("ties.txt:3:3: market.network.path:", "'x' is not a person's number", "two person numbers"),
    ),
    Bad(
        "a lever unknown in a strategy",
        {"study.yml": "strategies:\n  today: {}\n  more: {desk.bugdet: {add: 5}}\n"},
        ("study.yml:3:10: strategies.more.desk.bugdet:", "there is no such lever", "did you mean desk.budget?"),
    ),
)

MORE = (
    Bad("a tab", {"study.yml": "market:\n\tpeople: 5000\n"}, ("study.yml:2:1", "tab", "spaces")),
    Bad("a second colon", {"study.yml": "title: Now: or never\n"}, ("study.yml:1:11", "second `:`", "in quotes")),
    Bad("an open bracket", {"study.yml": "market: {people: 5000\n"}, ("study.yml:2:1", "brackets")),
    Bad("two documents", {"study.yml": "months: 3\n---\nmonths: 4\n"}, ("study.yml:2:1", "second document")),
    Bad("a tag", {"study.yml": "title: !!python/name:os.system x\n"}, ("study.yml:1:8: title:", "is not read")),
    Bad("an endless alias", {"study.yml": "market: &m {people: *m}\n"}, ("study.yml:1:9: market", "holds itself")),
    Bad(
        "billions of laughs",
        {"study.yml": "a: &a [1, 1, 1]\n" + "".join(f"b{n}: &b{n} [{', '.join(['*a'] * 30)}]\n" for n in range(9))},
        ("too many values, aliases or levels",),
    ),
    Bad("no mapping", {"study.yml": "- 1\n"}, ("study.yml:1:1", "top level is no mapping", "key: value")),
    Bad("a folder", {"folder.yml/x": ""}, ("folder.yml: cannot be read",), "folder.yml"),
    Bad("no value", {"study.yml": "desk:\n  budget:\n"}, ("desk.budget: has no value", "2000.0")),
    Bad("infinity", {"study.yml": "desk: {budget: .inf}\n"}, ("1:16: desk.budget:", "not a finite number")),
    Bad("a block that is a number", {"study.yml": "desk: 3\n"}, ("1:7: desk:", "no block", "desk: off")),
    Bad(
        "the same value nested and dotted",
        {"study.yml": "desk: {budget: 3}\ndesk.budget: 4\n"},
        ("study.yml:2:14: desk.budget:", "is given twice, first at line 1"),
    ),
    Bad("a word that is none", {"study.yml": "market: {network: {kind: samll_world}}"}, ("did you mean small_world?",)),
    Bad(
        "a row of the wrong kind",
        {"study.yml": "touchpoints:\n  table:\n    - {name: a, stage: sight, kind: brand}\n"},
        ("study.yml:3:24: touchpoints.table[1].stage:", "sight is not one of search, site", "did you mean site?"),
    ),
    Bad(
        "an unknown word in a row",
        {"study.yml": "touchpoints:\n  table:\n    - {name: a, stage: site, kind: brand, falure: 3}\n"},
        ("touchpoints.table[1].falure:", "did you mean failure?"),
    ),
    Bad(
        "a row that lacks something",
        {"study.yml": "touchpoints:\n  table:\n    - {name: a, stage: site}\n"},
        ("touchpoints.table[1].kind: is missing",),
    ),
    Bad(
        "too many customers",
        {"study.yml": "market: {people: 500, customers: 500}"},
        ("not fewer", "raise market.people"),
    ),
    Bad("no month", {"study.yml": "start: 2027-13\n"}, ("study.yml:1:8: start:", "is not a month", "YYYY-MM")),
    Bad(
        "a solved parameter typed",
        {"study.yml": "voice: {unprompted: 0.2}\n"},
        ("study.yml:1:21: voice.unprompted:", "solved from what is stated", "calibration: off"),
    ),
    Bad("the market off", {"study.yml": "market: off\n"}, ("market: cannot be switched off",)),
    Bad("voice without desk", {"study.yml": "desk: off\n"}, ("voice is on but desk, which it needs, is off",)),
    Bad(
        "rivals off, their reason stated",
        {"study.yml": "rivals: off\n"},
        ("study.yml:1:9: stated.reasons.rival:", "0.09 is stated, but rivals is off", "stated.reasons.rival: 0"),
    ),
    Bad("friends off, their reason stated", {"study.yml": "friends: off\n"}, ("stated.reasons.friends: 0",)),
    Bad("nobody speaks", {"study.yml": "voice: off\ndesk: off\n"}, ("stated.silent_share_of_lost: 1",)),
    Bad("out of the folder", {"study.yml": "extends: ../other.yml\n"}, ("1:10: extends:", "lies outside the folder")),
    Bad("no such parent", {"study.yml": "extends: b.yml\n"}, ("1:10: extends:", "there is no file b.yml beside")),
    Bad(
        "a mistake in the parent",
        {"study.yml": "extends: b.yml\n", "b.yml": "desk: {budget: -1}\n"},
        ("b.yml:1:16: desk.budget:",),
    ),
    Bad(
        "ties out of the folder",
        {"study.yml": "market: {network: {kind: file, path: /etc/passwd}}"},
        ("market.network.path:", "lies outside the folder", "--set market.network.path="),
    ),
    Bad(
        "ties that are not there",
        {"study.yml": "market: {network: {kind: file, path: t.txt}}"},
        ("1:38", "no such file"),
    ),
    Bad("ties without a file", {"study.yml": "market: {network: {kind: file}}"}, ("needs its path", "path: ties.txt")),
    Bad("a path without its kind", {"study.yml": "market: {network: {path: t.txt}}"}, ("add kind: file",)),
    Bad(
        "a person who is not there",
        {"study.yml": "market: {people: 500, customers: 9, network: {kind: file, path: t}}", "t": "0 1\n1\t500\n"},
        ("t:2:3: market.network.path:", "person 500 is not one of 0 to 499", "market.people: 501"),
    ),
    Bad(
        "three ends of a tie",
        {"study.yml": "market: {people: 500, customers: 9, network: {kind: file, path: t}}", "t": "0 1 2\n"},
        ("t:1:5: market.network.path:", "two person numbers, not 3"),
    ),
    Bad(
        "a strategy that changes a fact",
        {"study.yml": "strategies: {a: {}, b: {voice.price: 2}}\n"},
        ("strategies.b.voice.price:", "is a fact of the world, not a lever", "--set voice.price="),
    ),
    Bad("a plus that YAML loses", {"study.yml": "strategies: {b: {desk.budget: +20_000}}\n"}, ("write {add: 20_000}",)),
    Bad("two verbs", {"study.yml": "strategies: {b: {desk.budget: {add: 1, times: 2}}}\n"}, ("add and times at once",)),
    Bad("no verb", {"study.yml": "strategies: {b: {desk.budget: {from: 2027-02}}}\n"}, ("what to do with the lever",)),
    Bad("an unknown word", {"study.yml": "strategies: {b: {desk.budget: {ad: 2}}}\n"}, ("did you mean add?",)),
    Bad(
        "a date that is none",
        {"study.yml": "strategies: {b: {desk.budget: {add: 2, to: soon}}}"},
        ("soon is not a month",),
    ),
    Bad(
        "after the end",
        {"study.yml": "months: 12\nstrategies: {b: {desk.budget: {add: 2, from: 2028-01}}}"},
        ("2:46: strategies.b.desk.budget:", "after the horizon's end", "2027-01 to 2027-12 (12 months)"),
    ),
    Bad(
        "before the start",
        {"study.yml": "strategies: {b: {desk.budget: {add: 2, from: 2026-12}}}"},
        ("begins in 2026-12, before the start",),
    ),
    Bad(
        "a lever below zero",
        {"study.yml": "strategies: {b: {desk.budget: {add: -50_000, from: 2027-03}}}"},
        ("makes desk.budget -48,000 in 2027-03 (month 3), below 0", "it is 2,000 at the file's top level"),
    ),
    Bad(
        "an endless lever",
        {"study.yml": "strategies: {b: {desk.budget: {times: 1e308}}}"},
        ("makes desk.budget endless",),
    ),
    Bad("a nameless strategy", {"study.yml": "strategies: {'': {}}"}, ("a strategy needs a name",)),
    Bad("two strategies alike", {"study.yml": "strategies: {a: {}, 'a ': {}}"}, ("is given twice", "of its own")),
    Bad(
        "a lever of what is off",
        {"study.yml": "winback: off\nstrategies: {b: {winback.budget: 5}}"},
        ("winback is off, so this lever does nothing",),
    ),
    Bad(
        "uncertain of nothing",
        {"study.yml": "uncertain: {voice.pirce: {low: 1, high: 2}}"},
        ("did you mean voice.price?",),
    ),
    Bad("no range", {"study.yml": "uncertain: {voice.price: {low: 2, high: 1}}"}, ("low 2 is not below high 1",)),
    Bad("a range too low", {"study.yml": "uncertain: {staff.know: {low: -1, high: 1}}"}, ("low:", "-1 is below 0")),
    Bad(
        "uncertain of the solved",
        {"study.yml": "uncertain: {voice.unprompted: {low: 0.1, high: 0.2}}"},
        ("is solved from what is stated",),
    ),
    Bad("uncertain of a lever", {"study.yml": "uncertain: {desk.budget: {low: 1, high: 2}}"}, ("is a lever",)),
)
