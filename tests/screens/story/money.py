"""Fourth chapter: three people bring one file to the bank; the bank cannot pay one, who is paid by a new attempt."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256

from tests.screens import decided_office
from tests.screens.bank import result
from tests.screens.keys import Keys
from tests.screens.office import Person
from tests.screens.story.cast import BY_MAIL, DEAD, DIES, ON_LINE, Story
from tests.systems import city
from todoke.access.permissions import Role
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.oplog.models import Operation
from todoke.records.layouts.bank_branches_v2026 import BRANCHES
from todoke.records.layouts.public_accounts_v2026 import ACCOUNTS
from todoke.systems.benefits.models import (
    AccountCorrection,
    BankFile,
    BatchRelease,
    FileHandover,
    PaymentBatch,
    Transfer,
)
from todoke.systems.benefits.rules.payments import bank_days

CODE = decided_office.PROGRAMME


def the_section_prepares_a_batch(story: Story) -> None:
    """Somebody died after the approval and is left out; days on which no bank works are refused."""
    decided_office.died(story.folder, DEAD, DIES, on=date(2022, 3, 10))
    preparer = story.enter("pay1", Role.SUPERVISOR)
    page = preparer.open("home")
    Keys(page).press("支払").see("支払単位はまだありません").press("を起案する（承認済み 3 件）")
    keys = Keys(page).see("受給者が死亡している").see("2件").see("200,000円").see("見送る件数")
    story.check(page, "benefits-payment-new", thorough=True)
    week = (clock.today() + timedelta(days=ahead) for ahead in range(7))
    closed = next(day for day in week if bank_days.is_closed(day))
    keys.fill("#id_transfer_on", closed.isoformat()).press("2 件を起案する").see("銀行の休業日です")
    first = bank_days.earliest(clock.now(), days=1, hour=12)
    past = bank_days.before(first, 1)
    Keys(page).fill("#id_transfer_on", past.isoformat()).press("2 件を起案する").see("締切を過ぎています")
    Keys(page).fill("#id_transfer_on", wareki(first)).press("2 件を起案する").see("起案しました")
    story.check(page, "benefits-payments", thorough=True)
    batch = PaymentBatch.objects.using("benefits").get()
    assert (batch.payments, batch.total_yen, batch.transfer_on) == (2, 200_000, first)
    Keys(page).press("支払単位 1").see("確定待ち").see("まだです")
    preparer.open("benefits-payment-release", CODE, 1, status=403)


def treasury_releases_it_and_takes_one_file(story: Story) -> None:
    """With count and total typed; the file can be taken once, and is not made again."""
    treasurer = story.enter("money1", Role.TREASURER)
    page = treasurer.open("home")
    Keys(page).see("確定を待つ支払").press("支払").press("支払単位 1").see("2件 × 100,000円").press(
        "確定する"
    )
    keys = Keys(page).see("審査・承認・起案のどれかを行った職員は確定できません").see("200,000円")
    story.check(page, "benefits-payment-release", thorough=True)
    keys.fill("#id_count", "2").fill("#id_total", "300,000").press("確定する")
    keys.see("支払総額は 200,000 円です")
    assert not BatchRelease.objects.using("benefits").exists()
    Keys(page).fill("#id_count", "2").fill("#id_total", "200,000円").press("確定する").see("確定しました")
    Keys(page).press("振込ファイルを作る").see("ほかの方法では銀行に依頼しません")
    story.check(page, "benefits-payment-write")
    Keys(page).press("振込ファイルを作る").see("作りました").see("transfer-0001.txt")
    file = BankFile.objects.using("benefits").get()
    Keys(page).see(file.sha256)
    story.check(page, "benefits-payment", thorough=True)
    Keys(page).press("振込ファイルを受け取る").see("受け取れるのは1回だけ")
    story.check(page, "benefits-payment-take")
    with page.expect_download() as saved:
        Keys(page).press("受け取る")
    assert sha256(saved.value.path().read_bytes()).hexdigest() == file.sha256
    assert FileHandover.objects.using("benefits").get().taken_by == treasurer.staff_id
    _not_again(treasurer)


def _not_again(treasurer: Person) -> None:
    """Who took it and when, and what to do; not the file."""
    once = f"{treasurer.staff_id} が受け取り済み"
    Keys(treasurer.page).press("受け取る").see(once).see("銀行に受付の有無を確かめてください")
    page = treasurer.open("benefits-payment-write", CODE, 1)
    once = f"{treasurer.staff_id} が作成済み"
    Keys(page).press("振込ファイルを作る").see(once).see("銀行に受付の有無を確かめてください")
    Keys(treasurer.open("benefits-payment", CODE, 1)).see("銀行へ引渡し")
    verbs = set(Operation.objects.using("benefits").values_list("verb", flat=True))
    assert verbs >= {f"benefits:payment:{word}" for word in ("prepare", "release", "output", "take")}


def the_bank_cannot_pay_one(story: Story) -> None:
    """A list that does not fit the order is refused whole; then one account is closed, the rest is paid."""
    page = story.enter("money2", Role.TREASURER).open("benefits-payment", CODE, 1)
    Keys(page).see("結果待ち").press("銀行の結果を取り込む").see("一覧の項目")
    wrong = [result(BY_MAIL, "1"), result(ON_LINE, "1", amount="90000")]
    page.set_input_files("#id_file", city.write_rows(story.folder / "wrong.csv", wrong))
    Keys(page).press("取り込む").see("誤りのある行").see("依頼した金額と異なります")
    story.check(page, "benefits-payment-results", thorough=True)
    page.set_input_files("#id_file", city.write_rows(story.folder / "r.csv", [result(BY_MAIL, "2", "3")]))
    Keys(page).to("#id_rest_is_paid").page.keyboard.press("Space")
    Keys(page).press("取り込む").see("振込済み 1 件、振込不能 1 件")
    assert decided_office.case(BY_MAIL).state == "failed"


def an_officer_corrects_the_account(story: Story) -> None:
    """From the queue of failures: no account at the registry; the household names one of the post bank."""
    clerk = story.enter("again1", Role.CLERK)
    page = clerk.open("home")
    Keys(page).press("振込不能").fill("#purpose", "口座の訂正").press("記入して進む")
    Keys(page).see("解約済み").see("ACCOUNT_CLOSED")
    story.check(page, "benefits-failed", thorough=True)
    Keys(page).press("公金受取口座の照会の結果を取り込む").see("名義が受給者本人と異なるときは")
    story.check(page, "benefits-public-accounts", thorough=True)
    names = [column.name for column in ACCOUNTS.columns]
    cells = (decided_office.case(ON_LINE).case_number, "2026-11-01", "0", "", "", "", "", "")
    nobodys = [dict(zip(names, cells, strict=True))]
    page.set_input_files("#id_file", city.write_rows(story.folder / "public.csv", nobodys))
    Keys(page).choose("#id_programme", CODE).press("取り込む").see("対象外 1 件")
    Keys(page).press(decided_office.case(BY_MAIL).case_number).see("今の口座は表示しません")
    keys = Keys(page).fill("#id_bank_code", "9900").fill("#id_symbol", "14030")
    keys.fill("#id_yucho_number", "12345681").fill("#id_holder_kana", "ﾄﾄﾞｹ ﾊﾅｺ").choose("#id_source", "form")
    keys.fill("#id_source_on", "令和4年5月1日").press("訂正して審査へ戻す").see("検査数字が合いません")
    story.check(page, "benefits-failed-account", thorough=True)
    Keys(page).fill("#id_yucho_number", "12345671").press("訂正して審査へ戻す").see("訂正しました")
    account = AccountCorrection.objects.using("benefits").get()
    assert (account.branch_code, account.account_type, account.account_number) == ("408", "1", "1234567")
    assert decided_office.case(BY_MAIL).state == "received"
    _branches(story, clerk)


def _branches(story: Story, clerk: Person) -> None:
    """The list of branches of the month comes in."""
    page = clerk.open("benefits-bank-list")
    Keys(page).see("使用中の一覧")
    story.check(page, "benefits-bank-list", thorough=True)
    row = {column.name: "" for column in BRANCHES.columns}
    row |= {"bank_code": "9900", "branch_code": "408", "bank_name": "ゆうちょ銀行", "branch_name": "四〇八"}
    page.set_input_files("#id_file", city.write_rows(story.folder / "banks.csv", [row]))
    Keys(page).fill("#id_as_of", "令和8年11月1日").press("取り込む").see("取り込みました").see("banks.csv")


def it_is_paid_by_a_new_attempt(story: Story) -> None:
    """A second batch with a second transfer; the first stays what it was."""
    page = story.enter("pay2", Role.SUPERVISOR).open("benefits-payment-new", CODE)
    Keys(page).press("1 件を起案する").see("起案しました")
    page = story.enter("money3", Role.TREASURER).open("benefits-payment-release", CODE, 2)
    Keys(page).fill("#id_count", "1").fill("#id_total", "100,000").press("確定する").see("確定しました")
    Keys(page).press("振込ファイルを作る").see("ほかの方法では").press("振込ファイルを作る").see("作りました")
    Keys(page).press("銀行の結果を取り込む").see("一覧の項目")
    paid = result(BY_MAIL, "1", account=("9900", "408", "1234567"))
    page.set_input_files("#id_file", city.write_rows(story.folder / "r2.csv", [paid]))
    Keys(page).press("取り込む").see("振込済み 1 件、振込不能 0 件")
    case = decided_office.case(BY_MAIL)
    attempts = Transfer.objects.using("benefits").filter(payment__case=case).count()
    assert (case.state, attempts) == ("paid", 2)
