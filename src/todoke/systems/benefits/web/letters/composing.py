"""A print job and the words of its letters, whatever their kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from todoke.access.permissions import Actor
from todoke.contracts.residents import SnapshotRef
from todoke.systems.benefits.rules.deciding import push
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.letters import kind as letter_kind
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.web.letters import notices, wording
from todoke.systems.benefits.web.letters.typesetting import CommonText, Letter, Notice, NoticeText


@dataclass(frozen=True, kw_only=True)
class PrintJob:
    """What does not change within one run."""

    programme: Programme
    office: PayingOffice
    register: SnapshotRef
    out: Path
    kind: LetterKind
    day: date
    by: Actor

    def opt_out_until(self, route: Route | None) -> date | None:
        """Of an お知らせ: until when the household may decline."""
        if route is not Route.NOTICE:
            return None
        return push.opt_out_until(self.day, self.programme.letters_from, self.programme.opt_out_days)


def common(run: PrintJob, route: Route | None) -> CommonText | NoticeText:
    """What is the same on all of them."""
    if route is None:
        return notices.common(run.kind, run.programme, run.office, run.day)
    return wording.common(run.programme, run.office, route, run.opt_out_until(route) or run.day)


def letter(
    run: PrintJob, row: Mapping[str, Any], accounts: Mapping[int, tuple[str, str, str]]
) -> Letter | Notice:
    """The words of one letter."""
    if run.kind in letter_kind.ROUTED:
        return wording.letter(row, run.programme, accounts)
    return notices.letter(run.kind, row, run.programme, run.office, run.day)
