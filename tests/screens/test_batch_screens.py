"""処理の状況 at the platform and 鍵と証明書 at every site, by keyboard alone."""

from __future__ import annotations

import pytest

from tests.screens.keys import Keys
from tests.screens.office import Office
from todoke.access.permissions import Role
from todoke.batch.models import StepRun
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, alone, at_work, run_step
from todoke.exchange import keys as exchange_keys
from todoke.sites.realms import Realm

HOME, A = "14100", "intermediary_14100"


def done(_: Meter) -> Counts:
    return Counts(taken=12, accepted=10, refused=2, totals={"廃棄した鍵の世代": 1})


def killed(_: Meter) -> Counts:
    raise RuntimeError("killed")


def test_what_is_at_work_what_was_stopped_and_what_ended(office: Office, examiner) -> None:
    office.hire(Realm.PLATFORM, {"p001": [Role.PLATFORM_OPERATOR]})
    run_step(A, "rotate", key="1", by="p001", work=done, title="副本の鍵の更新")
    for key in ("2", "3"):
        with pytest.raises(RuntimeError):
            run_step(A, "rotate", key=key, by="p001", work=killed, title=f"鍵の更新の{key}回目")
    person = office.seat(Realm.PLATFORM, "p001")
    with alone(A, "rotate/3"):
        runs = StepRun.objects.using(A).order_by("key")
        assert at_work(A, runs) == {runs[2].pk}
        at = Keys(person.open("home")).press("処理の状況").see("最後に終わった処理")
        (row,) = [row for row in person.page.locator("tbody tr").all_inner_texts() if HOME in row]
        assert row.split("\t")[1:3] == ["1", "1"]
        examiner.check(person.page, "intermediary-batch-towns")
        at = Keys(person.open("intermediary-batches", HOME)).see("廃棄した鍵の世代 1").see("続きから進みます")
        rows = {cells[0]: cells for cells in (
            row.split("\t") for row in person.page.locator("tbody tr").all_inner_texts())}  # fmt: skip
        assert rows["副本の鍵の更新"][1:5] == ["完了", "12", "10", "2"]
        assert rows["鍵の更新の2回目"][1] == "中断"
        assert rows["鍵の更新の3回目"][1] == "実行中"
        examiner.check(person.page, "intermediary-batches")
    at.choose("select[name=state]", "中断").press("絞り込む").see("鍵の更新の3回目")
    assert "実行中" not in person.page.locator("tbody").inner_text()
    person.open("intermediary-batches", "99999", status=404)


@pytest.mark.parametrize(
    ("realm", "role", "parties"),
    [
        (Realm.PLATFORM, Role.PLATFORM_OPERATOR, ("platform:14100", "network")),
        (Realm.NATIONAL, Role.NETWORK_OPERATOR, ("network", "platform:14100")),
    ],
)
def test_what_runs_out_when_and_how_it_is_renewed(
    office: Office, examiner, realm: Realm, role: Role, parties: tuple[str, str]
) -> None:
    own, other = parties
    exchange_keys.init(office.sites.instance.path)
    office.hire(realm, {"k001": [role]})
    person = office.seat(realm, "k001")
    page = person.open("keys")
    Keys(page).see("鍵と証明書").see(f"todoke keys renew {own}").see(
        f"todoke keys renew {realm.value} --server"
    )
    assert f"todoke keys renew {other}" not in page.inner_text("main")
    assert "期限が近いか、切れています" not in page.inner_text("main")
    assert "認証局は更新できません" in page.inner_text("main")
    examiner.check(page, f"keys-{realm.value}")
