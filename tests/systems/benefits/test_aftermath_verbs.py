"""返還・辞退・不服の申出 by verbs: the same actions, thin, by several people."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.systems.benefits.test_bank_results import case
from tests.systems.benefits.test_bank_results import world as ordered
from tests.systems.benefits.test_refunds import paid
from tests.systems.benefits.world import World
from todoke.access import cli_actor
from todoke.access.permissions import Actor, Role
from todoke.kernel import clock
from todoke.systems.benefits.aftermath_commands import group
from todoke.systems.benefits.models import Appeal, Decline, Refund, RefundReceipt

world, came_back = ordered, paid
ROLES = {"c": Role.CLERK, "s": Role.SUPERVISOR, "t": Role.TREASURER}
ALIAS = "benefits"


@pytest.fixture(autouse=True)
def people(monkeypatch: pytest.MonkeyPatch) -> None:
    """The session of each is taken for granted: signing in at a terminal has tests of its own."""

    def actor(staff_id: str, *, purpose: str = "") -> Actor:
        return Actor(staff_id=staff_id, purpose=purpose, roles=frozenset({ROLES[staff_id[0]]}))

    monkeypatch.setattr(cli_actor, "actor", actor)


def run(*words: object, by: str) -> str:
    result = CliRunner().invoke(group, [*map(str, words), "--by", by], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_claim_by_verbs_from_the_proposal_to_the_last_yen(came_back: World, tmp_path: Path) -> None:
    day, due = clock.today(), clock.today() + timedelta(days=30)
    shown = run("claim", case(0).case_number, "--yen", 100_000, "--reason", "twice", "--due", due, by="c001")
    assert "100,000 円を提案しました" in shown
    refund = Refund.objects.using(ALIAS).get().pk
    run("claim-decide", refund, by="s001")
    run("plan", refund, "--parts", 2, "--first", due, by="c001")
    run("receive", refund, "--yen", 60_000, "--on", day, "--reference", "A-1", by="t001")
    receipt = RefundReceipt.objects.using(ALIAS).get().pk
    assert "60,000 円の記録を取り消しました" in run(
        "receipt-reverse", receipt, "--reason", "取り違え", by="t002"
    )
    assert "未納 0 円" in run(
        "receive", refund, "--yen", 100_000, "--on", day, "--reference", "A-1", by="t001"
    )
    assert case(0).state == "refunded"


def test_a_decline_and_an_appeal_by_verbs(came_back: World) -> None:
    day = clock.today()
    run(
        "decline", case(2).case_number, "--channel", "phone", "--on", day, "--said", "受け取らない", by="c001"
    )
    decline = Decline.objects.using(ALIAS).get().pk
    run("decline-confirm", decline, "--answer", "確かに受け取らない", by="s001")
    assert case(2).state == "declined"
    number = case(1).case_number
    run(
        "appeal", number, "--kind", "objection", "--grounds", "額が違う", "--known", day, "--received", day, by="c009"
    )  # fmt: skip
    appeal = Appeal.objects.using(ALIAS).get().pk
    run("appeal-draft", appeal, "--outcome", "dismissed", "--answer", "資料のとおり", by="c009")
    run("appeal-return", appeal, by="s009")
    run("appeal-draft", appeal, "--outcome", "dismissed", "--answer", "資料1のとおり", by="c009")
    run("appeal-answer", appeal, by="s009")
    assert Appeal.objects.using(ALIAS).get().state == "answered"
