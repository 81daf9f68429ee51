"""The city's own steps of the main job, from the register files to the bank file (issue 2 §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from todoke.access.permissions import Actor
from todoke.batch.steps import StepReport
from todoke.contracts import registry
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.transport import Transport
from todoke.sample import staff
from todoke.sites.demonstration.road import PROGRAMME, Stage
from todoke.systems.benefits import jobs as benefits
from todoke.systems.inquiry import jobs as inquiry
from todoke.systems.linkage import jobs as linkage
from todoke.systems.residents import jobs as residents

LATEST_AS_OF = date(2022, 2, 1)


@dataclass(frozen=True)
class Hand:
    """One of the invented staff. Asked for at each step, so that nobody acts on rights of an hour ago."""

    staff_id: str

    def __call__(self) -> Actor:
        """Who acts now, with a second factor checked of late."""
        return staff.keep_signed_in(self.staff_id)


@dataclass(frozen=True, kw_only=True)
class Hands:
    """Who does what: examination, approval and release lie in three hands (PIA III.3)."""

    clerk: Hand = Hand("c001")
    supervisor: Hand = Hand("c002")
    treasurer: Hand = Hand("c003")
    operator: Hand = Hand("c004")


def stages(source: Path, out: Path, by: Hands) -> list[Stage]:
    """Every step in order. `source` holds the files of other departments, `out` gets ours."""
    return [*_judging(source, by), *_asking(out, by), *_paying(source, out, by)]


def _judging(source: Path, by: Hands) -> list[Stage]:
    base, latest = source / "residents_base.csv", source / "residents_latest.csv"
    tax, assistance = source / "tax.csv", source / "assistance.csv"
    numbers, clerk, operator = source / "individual_numbers.csv", by.clerk, by.operator
    return [
        Stage(
            "residents.import",
            "住民情報の取込",
            lambda: residents.load(base, latest, LATEST_AS_OF, by=clerk()),
        ),
        Stage("benefits.load", "税・付帯状況の取込", lambda: benefits.load(tax, assistance, by=clerk())),
        Stage("linkage.load", "統合番号の付番", lambda: linkage.load(numbers, by=operator())),
        Stage(
            "benefits.decide.first",
            "支給判定（初回）",
            lambda: benefits.decide(PROGRAMME, "first", by=clerk()),
        ),
    ]


def _asking(out: Path, by: Hands) -> list[Stage]:
    order, clerk, operator = f"{PROGRAMME}-first", by.clerk, by.operator

    def exchange(batch_ids: Sequence[str]) -> list[StepReport]:
        transport, dispatcher = registry.need(Transport), registry.need(Dispatcher)
        return linkage.exchange(batch_ids, by=operator(), transport=transport, dispatcher=dispatcher)

    def collect() -> list[StepReport]:
        return inquiry.collect(order, out, by=operator(), exchange=exchange)

    return [
        Stage("benefits.ask", "照会対象者の抽出", lambda: benefits.ask(PROGRAMME, "first", by=clerk())),
        Stage(
            "inquiry.request", "照会送付ファイル", lambda: inquiry.write_requests(order, out, by=operator())
        ),
        Stage("linkage.exchange", "情報照会", lambda: exchange(inquiry.batches(order))),
        Stage("inquiry.collect", "他市転入者出力レコード", collect),
        Stage(
            "benefits.answers", "回答の突合", lambda: benefits.import_answers(PROGRAMME, "first", by=clerk())
        ),
        Stage(
            "benefits.decide.second",
            "支給判定（二回目）",
            lambda: benefits.decide(PROGRAMME, "second", by=clerk()),
        ),
        Stage("benefits.overview", "判定の一覧", lambda: benefits.overview(PROGRAMME, by=clerk())),
    ]


def _paying(source: Path, out: Path, by: Hands) -> list[Stage]:
    forms, clerk, supervisor, treasurer = source / "responses.csv", by.clerk, by.supervisor, by.treasurer
    return [
        Stage("benefits.number", "給付管理番号の付番", lambda: benefits.number_cases(PROGRAMME, by=clerk())),
        Stage("benefits.letters", "確認書の作成", lambda: benefits.print_letters(PROGRAMME, out, by=clerk())),
        Stage("benefits.receive", "返送の受付", lambda: benefits.receive(PROGRAMME, forms, by=clerk())),
        Stage("benefits.examine", "審査", lambda: benefits.examine(PROGRAMME, by=clerk())),
        Stage("benefits.approve", "承認", lambda: benefits.approve(PROGRAMME, by=supervisor())),
        Stage("benefits.pay", "支払の準備", lambda: benefits.prepare_payment(PROGRAMME, by=supervisor())),
        Stage("benefits.release", "支払の確定", lambda: benefits.release_payment(PROGRAMME, by=treasurer())),
        Stage(
            "benefits.bank_file",
            "総合振込ファイル",
            lambda: benefits.write_bank_files(PROGRAMME, out, by=treasurer()),
        ),
        Stage("benefits.register", "検索の画面の準備", lambda: benefits.take_registers(by=clerk())),
    ]
