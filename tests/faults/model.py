"""The exchange protocol as a state machine, small enough to be searched whole: what may happen, and what never may.

Two inquiries of one inquirer about one person each go through one network to one provider, with a common clock, permission
list and 自動応答不可 mark. A message once sent may arrive at any later time, any number of times, in any order, or never
(`sent` only grows): that is loss, delay, duplication, reordering and replay. A transaction is one step; what a killed
process loses shows where a guard that ties two writes together is taken away (`half`). `bad` says which promise a step
broke; it judges by the truth of the moment, never by the guards.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

REQUEST, GRANT, ORDER, HELD, ANSWER, REPORT = (1 << bit for bit in range(6))
NAMES = {
    REQUEST: "the request for a permit",
    GRANT: "the network's answer",
    ORDER: "permit and 符号",
    HELD: "the notice 'held'",
    ANSWER: "the answer",
    REPORT: "the provider's report",
}
CLOCK, LIFE, EDITIONS = 3, 2, 2
ALLOWING = (1,)
"""Edition 1 of the list allows the inquiry, edition 2 does not."""

GUARDS = (
    "permit_signature", "permit_provider", "permit_route", "permit_code", "permit_expiry", "single_use", "own_list",
    "list_monotonic", "network_list", "mark_checked", "mark_locked", "mark_at_sending", "second_person", "list_at_release", "hold_limit",
    "record_with_answer", "send_after_commit", "inbox_key", "inquirer_binds", "result_once", "ack_after_commit",
    "comparison",
)  # fmt: skip


class Order(NamedTuple):
    """A permit and a 符号 as they reach a provider; each field is what the guard of its name looks at."""

    permit_signature: bool = True
    permit_provider: bool = True
    permit_route: bool = True
    permit_code: bool = True

    @property
    def wrong(self) -> list[str]:
        return [name for name, right in self._asdict().items() if not right]

    @property
    def event(self) -> str:
        return "an order arrives with " + " and ".join(_WRONG[name][0] for name in self.wrong)

    @property
    def bad(self) -> str:
        return _WRONG[self.wrong[0]][1]


_WRONG = {
    "permit_signature": ("a permit that the network never signed", "an answer without a permit"),
    "permit_provider": ("a permit for another provider", "an answer under a permit for somebody else"),
    "permit_route": ("a route to somebody else", "an answer to a party that did not ask"),
    "permit_code": ("another person's 符号", "an answer about another person"),
}
WRONG_ORDERS = [
    order for order in (Order(*rights) for rights in product((True, False), repeat=4)) if order.wrong
]


class Shared(NamedTuple):
    """Clock, newest edition at the network, the provider's newest and the one it uses, 自動応答不可."""

    clock: int = 0
    published: int = 1
    fetched: int = 1
    copy: int = 1
    marked: bool = False


class Exchange(NamedTuple):
    """One inquiry, at all three parties and on the way between them."""

    asked: bool = False
    sent: int = 0
    waiting: int = 0
    handled: int = 0
    issued: int = 0
    expires: int = 0
    noted: str = "-"  # the network's record
    case: str = "-"  # the provider's
    uses: int = 0
    until: int = 0  # end of the time in which a held request may be released
    proposer: int = 0
    knows: bool = False  # the inquirer knows its permit
    arrived: int = 0
    result: str = "-"
    taken: int = 0
    half: str = (
        ""  # what a party has done of two things that belong together, or has made and not sent ("ready")
    )
    records: int = 3  # the inquirer's (1) and the provider's (2) are what they should be
    compared: bool = False
    open: bool = False
    bad: str = ""


class World(NamedTuple):
    """Everything."""

    shared: Shared = Shared()
    first: Exchange = Exchange()
    second: Exchange = Exchange()


Move = tuple[str, Exchange]


@dataclass(frozen=True)
class Protocol:
    """The steps, with some guards taken away."""

    without: frozenset[str] = frozenset()

    def on(self, guard: str) -> bool:
        assert guard in GUARDS
        return guard not in self.without

    def steps(self, g: Shared, e: Exchange) -> Iterator[Move]:
        """Everything that may happen next to one exchange."""
        if e.bad:
            return
        yield from self._inquirer(g, e)
        yield from self._network(g, e)
        yield from self._provider(g, e)
        yield from self._officers(g, e)
        yield from self._acknowledged(e)
        yield from self._disaster(e)

    def shared(self, g: Shared) -> Iterator[tuple[str, Shared]]:
        """Clock, list and mark move by themselves."""
        if g.clock < CLOCK:
            yield "time passes", g._replace(clock=g.clock + 1)
        if g.published < EDITIONS:
            yield (
                "the network publishes a list that no longer allows it",
                g._replace(published=g.published + 1),
            )
        if g.fetched < g.published:
            yield "the provider fetches the new list", g._replace(fetched=g.published, copy=g.published)
        if g.copy > 1 and not self.on("list_monotonic"):
            yield "an old list is replayed to the provider", g._replace(copy=1)
        yield f"自動応答不可 is {'cleared' if g.marked else 'set'}", g._replace(marked=not g.marked)

    def _inquirer(self, g: Shared, e: Exchange) -> Iterator[Move]:
        if not e.asked:
            yield "the inquirer asks", _send(e._replace(asked=True), REQUEST)
            return
        if e.sent & GRANT and self._takes(e, GRANT) and not e.knows:
            new = e._replace(knows=True, handled=e.handled | GRANT)
            yield "the inquirer learns its permit", self._applied(new, new.arrived)
        for message in (HELD, ANSWER):
            if e.sent & message and self._takes(e, message):
                new = e._replace(handled=e.handled | message)
                late = new._replace(arrived=new.arrived | message)
                yield (
                    f"{NAMES[message]} reaches the inquirer",
                    self._applied(new, message) if e.knows else late,
                )
        if e.knows and e.result == "-" and not self.on("inquirer_binds"):
            bad = "a result that the provider never gave"
            yield "an answer comes from a platform that was not asked", e._replace(result="answered", bad=bad)
        if e.result == "answered" and e.sent & ANSWER and not self.on("result_once"):
            yield "the answer comes under another key", e._replace(taken=2, bad="one answer delivered twice")

    def _applied(self, e: Exchange, arrived: int) -> Exchange:
        """What has arrived under the known permit, in the order of the states."""
        if arrived & HELD and e.result == "-":
            e = e._replace(result="held")
        if arrived & ANSWER and e.result in ("-", "held"):
            e = e._replace(result="answered" if e.uses else "refused", taken=e.taken + 1)
        return e._replace(arrived=0)

    def _network(self, g: Shared, e: Exchange) -> Iterator[Move]:
        if e.sent & REQUEST and self._takes(e, REQUEST) and e.issued < 2:
            allowed = g.published in ALLOWING
            if allowed or not self.on("network_list"):
                bad = "" if allowed else "a permit against the network's list"
                bad = "two permits for one inquiry" if e.issued else bad
                new = e._replace(issued=e.issued + 1, expires=g.clock + LIFE, noted="asked", bad=bad)
                yield "the network issues a permit", _send(new, GRANT | ORDER, done=REQUEST)
            elif not e.issued:
                new = e._replace(handled=e.handled | REQUEST, result="refused", taken=1)
                yield "the network refuses", new
        if e.sent & REPORT and self._takes(e, REPORT) and e.case not in ("-", e.noted):
            yield "the report reaches the network", e._replace(noted=e.case, handled=e.handled | REPORT)

    def _provider(self, g: Shared, e: Exchange) -> Iterator[Move]:
        if e.half == "decided":
            yield "the provider sends what it decided before", self._answers(g, e._replace(half=""))
        if e.half == "ready":
            yield self._leaves(g, e)
        if e.half == "unwritten":
            yield (
                "the provider dies before it has written what it sent",
                e._replace(half="", bad="an answer of which the provider has no record"),
            )
        if e.half == "unrecorded":
            yield (
                "the provider dies before it has recorded",
                e._replace(
                    half="", records=e.records & ~2, bad="an answer of which the provider has no record"
                ),
            )
        if e.sent & ORDER and e.case == "-" and self._takes(e, ORDER) and not e.half:
            yield from self._served(g, e._replace(handled=e.handled | ORDER), "a permit reaches the provider")
        if e.sent & ORDER and e.uses and not self.on("single_use"):
            yield "the permit comes again in another message", e._replace(uses=2, bad="a permit used twice")
        yield from self._attacks(e)

    def _attacks(self, e: Exchange) -> Iterator[Move]:
        """What else may be brought to the provider's door at any time: every order that has something wrong with it."""
        if e.case != "-":
            return
        for order in WRONG_ORDERS:
            if all(right or not self.on(guard) for guard, right in order._asdict().items()):
                yield order.event, e._replace(case="answered", uses=1, bad=order.bad)

    def _served(self, g: Shared, e: Exchange, event: str) -> Iterator[Move]:
        """One transaction: check, decide, record, send."""
        late = self.on("permit_expiry") and g.clock >= e.expires
        off = self.on("own_list") and g.copy not in ALLOWING
        if late or off:
            yield f"{event} and is refused", _send(e._replace(case="refused"), ANSWER | REPORT)
        elif self.on("mark_checked") and g.marked:
            new = e._replace(case="held", until=g.clock + 1)
            yield f"{event} and is held", _send(new, HELD | REPORT)
        elif not self.on("mark_locked"):
            yield f"{event} and is found good", e._replace(half="decided")
        else:
            yield f"{event} and is answered", self._answers(g, e)

    def _answers(self, g: Shared, e: Exchange, *, released: bool = False) -> Exchange:
        bad = ""
        if g.clock >= e.expires and not released:
            bad = "an answer under an expired permit"
        elif g.fetched not in ALLOWING:
            bad = "an answer against the provider's own list"
        elif g.marked and not released:
            bad = "an answer made for a marked person without a release"
        half = "" if self.on("record_with_answer") else "unrecorded"
        if not self.on("send_after_commit"):
            half = "unwritten"
        new = e._replace(case="answered", uses=1, bad=bad, half=half)
        if released or half:
            return _send(new, ANSWER | REPORT)
        return new._replace(half="ready")

    def _leaves(self, g: Shared, e: Exchange) -> Move:
        """The last look: what was made before the mark was set is held back, and nobody hears of an answer."""
        if g.marked and self.on("mark_at_sending"):
            held = e._replace(case="held", uses=0, half="", until=g.clock + 1)
            return "自動応答不可 is seen before the answer leaves: it is held", _send(held, HELD | REPORT)
        bad = "an answer sent for a marked person without a release" if g.marked else ""
        return "the answer leaves", _send(e._replace(half="", bad=bad), ANSWER | REPORT)

    def _officers(self, g: Shared, e: Exchange) -> Iterator[Move]:
        if e.case != "held":
            return
        for officer in (1, 2):
            if e.proposer != officer:
                yield f"officer {officer} proposes the release", e._replace(proposer=officer)
            if not e.proposer or (self.on("second_person") and e.proposer == officer):
                continue
            if self.on("list_at_release") and g.copy not in ALLOWING:
                continue
            if self.on("hold_limit") and g.clock > e.until:
                continue
            new = self._answers(g, e, released=True)
            if e.proposer == officer:
                new = new._replace(bad="a release by one person alone")
            elif g.clock > e.until:
                new = new._replace(bad="a release long after the request")
            yield f"officer {officer} confirms", new
        if e.proposer:
            yield "the release is refused by two officers", _send(e._replace(case="refused"), ANSWER | REPORT)

    def _acknowledged(self, e: Exchange) -> Iterator[Move]:
        for message, name in NAMES.items():
            if e.waiting & message and e.handled & message:
                yield f"{name} is acknowledged", e._replace(waiting=e.waiting & ~message)
            elif e.waiting & message and not self.on("ack_after_commit"):
                bad = "an acknowledged message lost"
                yield (
                    f"{name} is acknowledged, then the receiver dies",
                    e._replace(waiting=e.waiting & ~message, bad=bad),
                )

    def _disaster(self, e: Exchange) -> Iterator[Move]:
        if e.knows and e.case == "answered":
            for party, bit in (("inquirer", 1), ("provider", 2)):
                if e.records & bit:
                    yield (
                        f"the {party} comes back from an old backup",
                        e._replace(records=e.records & ~bit, compared=False),
                    )
            if not e.compared:
                found = e.records != 3 and self.on("comparison")
                bad = "a record missing without a discrepancy" if e.records != 3 and not found else ""
                yield "the records are compared", e._replace(compared=True, open=e.open or found, bad=bad)

    def _takes(self, e: Exchange, message: int) -> bool:
        """The inbox handles a key once."""
        return not (self.on("inbox_key") and e.handled & message)


def _send(e: Exchange, messages: int, *, done: int = 0) -> Exchange:
    """Into the outbox, under keys of their own, with the transaction that makes them; `done`: what it answered."""
    fresh = messages & ~e.sent if messages & (GRANT | ORDER) else messages
    handled = (e.handled | done) & ~(
        messages & (ANSWER | REPORT)
    )  # a second report or answer has a key of its own
    return e._replace(sent=e.sent | messages, waiting=e.waiting | fresh, handled=handled)


@dataclass(frozen=True)
class Search:
    """How far the search came, and the way to the first broken promise (empty: none is reachable)."""

    states: int
    whole: bool
    trace: tuple[str, ...]
    bad: str

    def in_words(self) -> str:
        return "\n".join([*(f"{place}. {step}" for place, step in enumerate(self.trace, 1)), f"→ {self.bad}"])


def search(without: frozenset[str] = frozenset(), *, limit: int, two: bool = True) -> Search:
    """Breadth first from nothing, so that the first broken promise has a shortest way to it."""
    protocol = Protocol(without)
    steps: Callable[[Shared, Exchange], list[Move]] = lru_cache(None)(lambda g, e: list(protocol.steps(g, e)))
    shared = lru_cache(None)(lambda g: list(protocol.shared(g)))
    start = World()
    came: dict[World, World | None] = {start: None}
    queue = deque([start])
    while queue and len(came) < limit:
        world = queue.popleft()
        g, first, second = world
        following = [World(g, new, second) for _, new in steps(g, first)]
        if two:
            following += [World(g, first, new) for _, new in steps(g, second)]
        following += [World(new, first, second) for _, new in shared(g)]
        for new in following:
            if new not in came:
                came[new] = world
                queue.append(new)
                if bad := new.first.bad or new.second.bad:
                    return Search(len(came), False, _way(protocol, came, new), bad)
    return Search(len(came), not queue, (), "")


def _way(protocol: Protocol, came: dict[World, World | None], end: World) -> tuple[str, ...]:
    """The events from the beginning to `end`."""
    words: list[str] = []
    new, old = end, came[end]
    while old is not None:
        words.append(_event(protocol, old, new))
        new, old = old, came[old]
    return tuple(reversed(words))


def _event(protocol: Protocol, old: World, new: World) -> str:
    if old.shared != new.shared:
        return next(word for word, g in protocol.shared(old.shared) if g == new.shared)
    name = "" if old.first != new.first else "(second inquiry) "
    before, after = (old.first, new.first) if not name else (old.second, new.second)
    return name + next(word for word, e in protocol.steps(old.shared, before) if e == after)
