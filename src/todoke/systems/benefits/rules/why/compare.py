"""前の判定との違い: what changed between two decisions about one household, in words, and what did not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from todoke.systems.benefits.rules.why import figures as why_figures
from todoke.systems.benefits.rules.why import values as why_values
from todoke.systems.benefits.rules.why.explained import Household, Member, Origin, ReadFrom

NOBODY = "世帯にいない"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing before and now. `changed` is said in words on the screen, never by colour alone."""

    item: str
    before: str
    now: str

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.before != self.now


def differences(before: Household, now: Household) -> list[Difference]:
    """Outcome, members, their statuses and what these were read from, and the editions of the sources; changes first."""
    found = [
        Difference(item="判定の理由", before=before.reason.words, now=now.reason.words),
        Difference(item="世帯の人数", before=f"{len(before.members)}人", now=f"{len(now.members)}人"),
        *_members(before, now),
        *_origins(before, now),
    ]
    return sorted(found, key=lambda one: not one.changed)


def _members(before: Household, now: Household) -> Iterator[Difference]:
    then = {member.resident_code: member for member in before.members}
    today = {member.resident_code: member for member in now.members}
    for code in sorted(then.keys() | today.keys()):
        old, new = then.get(code), today.get(code)
        title = (new or then[code]).title
        yield Difference(item=f"{title}：課税の状態", before=_status(old), now=_status(new))
        yield Difference(item=f"{title}：課税の状態の根拠", before=_read_from(old), now=_read_from(new))
        yield from _declared(title, old, new)


def _declared(title: str, old: Member | None, new: Member | None) -> Iterator[Difference]:
    """Every figure that either declaration has, and whether the member stands in the list of special persons."""
    for item, word in why_figures.WORDS.items():
        then, now = (one.figures.get(item) if one else None for one in (old, new))
        if then is not None or now is not None:
            yield Difference(
                item=f"{title}：{word}",
                before=why_figures.shown(item, then),
                now=why_figures.shown(item, now),
            )
    kinds = ["、".join(one.kind for one in each.specials) if each else "" for each in (old, new)]
    if any(kinds):
        yield Difference(item=f"{title}：配慮を要する人", before=kinds[0] or "なし", now=kinds[1] or "なし")


def _status(member: Member | None) -> str:
    return member.status.value if member else NOBODY


def _read_from(member: Member | None) -> str:
    if member is None:
        return NOBODY
    words = why_values.READ_FROM[member.read_from]
    if member.answer is None or member.read_from is ReadFrom.CERTIFICATE:
        return words
    kind = why_values.ANSWER_KINDS.get(member.answer.inquiry_kind, member.answer.inquiry_kind)
    return f"{words}（{kind}）"


def _origins(before: Household, now: Household) -> Iterator[Difference]:
    for name in ("base", "latest", "tax", "assistance", "special", "figures"):
        old, new = getattr(before.origins, name), getattr(now.origins, name)
        if old.edition or new.edition:
            yield Difference(item=f"使った資料：{new.name}", before=_edition(old), now=_edition(new))


def _edition(origin: Origin) -> str:
    return origin.edition or "なし"
