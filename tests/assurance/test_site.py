"""`todoke pia` on a running city site: counted, printed, kept, and loud when the numbers leave their class."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import Error, transaction
from django.test import override_settings
from pypdf import PdfReader

from tests import hiring
from tests.hiring import FAR, LONG_AGO
from todoke.access import cli_actor
from todoke.access.actions.register_contract import Terms, register_contract
from todoke.access.permissions import Actor, Role
from todoke.assurance import editions, gathering
from todoke.assurance.actions.draft_edition import draft_edition
from todoke.assurance.actions.publish_edition import drop_edition, publish_edition
from todoke.assurance.checks import CHECKS, Site
from todoke.assurance.commands import group
from todoke.assurance.form.edition import from_toml
from todoke.assurance.form.filling import fill
from todoke.assurance.models import CheckResult, CheckRun, Incident, IncidentKind, KeptEdition
from todoke.assurance.promises.evidence import checks_of
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.benefits.models import DecisionRun, InquiryOrder
from todoke.systems.inquiry.models import Order, Subject

D = "directory_city"
PROGRAMME = "r3-nontaxable"


@pytest.fixture
def site(databases: object) -> None:
    """Two clerks, an auditor, an operator of a contractor; two orders that ask about three people in all."""
    hiring.hire(
        D, {"c001": [Role.CLERK], "c002": [Role.CLERK, Role.SUPERVISOR], "c003": [Role.ADMINISTRATOR]}
    )
    hiring.sit_down(D, "c003")
    terms = Terms(
        number="R3-税照会-1", contractor="見本電算株式会社", subcontracting_permitted=True, prime=None,
        valid_from=LONG_AGO, valid_until=FAR, head_count=20,
    )  # fmt: skip
    register_contract(terms=terms, by=cli_actor.actor("c003"))
    hiring.hire(D, {"o001": [Role.OPERATOR], "o002": [Role.OPERATOR]}, contract="R3-税照会-1")
    for number, codes in enumerate((("0000000001", "0000000002"), ("0000000002", "0000000003")), start=1):
        _order(PROGRAMME, f"r3-{number}", codes)
    _order("r5-30k", "r5-1", ("0000000009",))


def test_facts_are_counted(site: None) -> None:
    texts = gathering.texts_in(_example())
    facts = gathering.gather(PROGRAMME, texts, by=cli_actor.actor("c003"))
    assert (facts.persons, facts.benefit_people, facts.linkage_people) == (3, 3, 0)
    assert (
        facts.benefit_users == 4
    )  # two clerks, and the two section managers behind every right of the tests
    assert facts.handlers == 8  # also two administrators, who renew keys, and two people of the contractor
    contract = facts.contracts["R3-税照会-1"]
    assert (contract.contractor, contract.handlers, contract.subcontracted) == ("見本電算株式会社", 2, False)
    assert gathering.gather("r5-30k", texts, by=cli_actor.actor("c003")).persons == 1
    assert Operation.objects.using(D).filter(verb="assurance:assessment:print").count() == 2


def test_published_incidents_are_accidents(site: None) -> None:
    texts, today = gathering.texts_in(_example()), clock.today()
    before = gathering.gather(PROGRAMME, texts, by=cli_actor.actor("c003"))
    for announced in (today, None):
        Incident.objects.using(D).create(
            kind=IncidentKind.NUMBERS, title="t", content="誤送付", persons=3, detected_at=clock.now(), announced_on=announced,
            state="open", state_at=clock.now(), state_by="c003", registered_by="c003", registered_at=clock.now(),
        )  # fmt: skip
    after = gathering.gather(PROGRAMME, texts, by=cli_actor.actor("c003"))
    assert (before.grave(), after.grave()) == (False, True)
    assert len(after.accidents) == len(before.accidents) + 1


def test_nobody_else_may(site: None) -> None:
    hiring.sit_down(D, "c001")
    with pytest.raises(TodokeError) as refused:
        gathering.gather(PROGRAMME, gathering.texts_in(_example()), by=cli_actor.actor("c001"))
    assert refused.value.code is ErrorCode.PERMISSION_DENIED


def test_the_assessment_is_printed_kept_and_watched(site: None, tmp_path: Path) -> None:
    _example()
    first, second = tmp_path / "first", tmp_path / "second"
    assert "しきい値判断: 義務なし（対象人数 3 人" in _run("render", "--out", str(first), "--by", "c003")
    assert sorted(file.suffix for file in first.iterdir()) == [".html", ".md", ".pdf", ".toml"]
    assert "見本電算株式会社" in "".join(
        page.extract_text() for page in PdfReader(first / "assessment.pdf").pages
    )
    published = first / "edition.toml"
    assert "公表した版がありません" in _run("threshold", "--by", "c003")
    assert "変更箇所は 0 か所" in _run("draft", "--by", "c003")
    kept = KeptEdition.objects.using(D).get()
    assert kept.body == published.read_text()
    hiring.sit_down(D, hiring.CONFIRMER)
    _run("publish", str(kept.pk), "--by", hiring.CONFIRMER)
    assert "区分のとおりです" in _run("threshold", "--by", "c003")

    _order(PROGRAMME, "r3-3", [f"{number:010}" for number in range(100, 1100)])
    with pytest.raises(TodokeError, match="1,000人以上1万人未満"):
        _run("threshold", "--by", "c003")
    with override_settings(TODOKE_REALM="city"):
        told = CHECKS["classes_as_published"].run(Site(realm="city", aliases=(D,)))
    assert [sentence.partition("は「")[0] for sentence in told.why] == [
        f"{kept}: I 基本情報「③対象人数」: 評価書で",
        f"{kept}: V 評価実施手続「②しきい値判断結果」: 評価書で",
    ]
    assert "変更箇所は 2 か所" in _run("draft", "--by", "c003")
    _run("render", "--format", "md", "--since", str(published), "--out", str(second), "--by", "c003")
    edition = from_toml((second / "edition.toml").read_text())
    assert edition.shape().changes == 2  # 対象人数 and しきい値判断結果
    told = _run("compare", str(published), str(second / "edition.toml"))
    assert "変更前の記載: 1,000人未満" in told
    assert "変更箇所は 2 か所です" in told
    _run("reprint", str(published), "--format", "html", "--out", str(tmp_path / "again"))
    assert (tmp_path / "again" / "assessment.html").read_bytes() == (first / "assessment.html").read_bytes()


def test_an_edition_is_published_once_as_drafted_by_another_person(site: None) -> None:
    texts = gathering.texts_in(_example())
    hiring.hire(D, {"g001": [Role.SECTION_MANAGER]})
    for name in ("g001",):
        hiring.sit_down(D, name)
    drafter, manager = cli_actor.actor("c003"), cli_actor.actor("g001")
    edition = fill(texts, gathering.count(PROGRAMME, texts))
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        draft_edition(by=manager, programme=PROGRAMME, edition=edition)
    made = draft_edition(by=drafter, programme=PROGRAMME, edition=edition)
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        draft_edition(by=drafter, programme=PROGRAMME, edition=edition)
    both = Actor(staff_id="c003", held=(*drafter.held, *manager.held), verified_at=clock.now())
    with pytest.raises(TodokeError, match="SAME_PERSON"):
        publish_edition(by=both, edition_id=made.pk)
    rows = KeptEdition.objects.using(D)
    now = clock.now()
    for change in (
        {"state": "published", "state_at": now, "published_by": "c003", "published_at": now}, {"body": "x"},
    ):  # fmt: skip
        with pytest.raises(Error), transaction.atomic(using=D):
            rows.update(**change)
    publish_edition(by=manager, edition_id=made.pk)
    assert hashlib.sha256(rows.get().body.encode()).hexdigest() == rows.get().sha256
    for again in (publish_edition, drop_edition):
        with pytest.raises(TodokeError, match="STATE_CONFLICT"):
            again(by=both, edition_id=made.pk)
    other = draft_edition(by=drafter, programme="r5-30k", edition=edition)
    drop_edition(by=drafter, edition_id=other.pk)
    assert [one.programme for one in editions.declared(D)] == [PROGRAMME]


def test_a_second_programme_has_its_own_assessment(site: None, tmp_path: Path) -> None:
    """Its own texts, its own persons, its own editions, beside the first one's."""
    own = _example()
    second = gathering.folder("r5-30k") / "texts"
    second.mkdir(parents=True, exist_ok=True)
    for file in own.glob("*.toml"):
        (second / file.name).write_text(file.read_text().replace("横浜市", "見本市"))
    assert gathering.programmes() == ["r3-nontaxable", "r5-30k"]
    assert "対象人数 1 人" in _run(
        "render", "--programme", "r5-30k", "--format", "md", "--out", str(tmp_path), "--by", "c003"
    )
    told = (tmp_path / "assessment.md").read_text()
    assert "見本市" in told
    assert "横浜市" not in told


def test_what_a_check_found_broken_is_printed_as_a_problem(site: None, tmp_path: Path) -> None:
    _example()
    promise = "III-A.3.2-権限-03"
    now = clock.now()
    run = CheckRun.objects.using(D).create(run_at=now, run_by="c003", held=0, broken=1, not_shown=0)
    for name in checks_of(promise):
        CheckResult.objects.using(D).create(
            run=run, check_name=name, state="broken", why=["w"], looked_at=now
        )
    _run("render", "--format", "md", "--out", str(tmp_path), "--by", "c003")
    edition = from_toml((tmp_path / "edition.toml").read_text())
    assert edition.text("III-A.3.リスク2.十分か") == "課題が残されている"
    assert edition.text("III-A.9") == "十分に行っている"


def _example() -> Path:
    _run("texts")
    return gathering.folder(PROGRAMME) / "texts"


def _run(*words: str) -> str:
    result = CliRunner().invoke(group, list(words), catch_exceptions=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def _order(programme: str, name: str, codes: list[str] | tuple[str, ...]) -> None:
    now, sha = clock.now(), "0" * 64
    counts = {"asked": 0, "abroad": len(codes), "unreachable": 0, "ordered_at": now, "ordered_by": "c002"}
    run = DecisionRun.objects.using("benefits").create(
        programme=programme, edition="1", round=name, base_snapshot="b", latest_snapshot="l", tax_sha256=sha,
        assistance_sha256=sha, answers_sha256=sha, paid_sha256=sha, applications_sha256=sha, result_path="r",
        result_sha256=sha, persons_path="p", persons_sha256=sha, residents=1, households=1, engine="duckdb",
        rules_sha256=sha, outcome_sha256=sha, trace_sha256=sha, decided_at=now, decided_by="c002",
    )  # fmt: skip
    InquiryOrder.objects.using("benefits").create(
        order_id=name, run=run, path="p", sha256=sha, persons=len(codes), **counts
    )
    order = Order.objects.using("inquiry").create(order_id=name, **counts)
    Subject.objects.using("inquiry").bulk_create(
        Subject(
            order=order, position=place, resident_code=code, ward_code="14101", previous_municipality="",
            standing=Subject.Standing.ABROAD, refusal="",
        )
        for place, code in enumerate(codes, start=1)
    )  # fmt: skip
