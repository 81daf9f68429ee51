"""The words of letters after the payment: 返還, 督促 and 振込不能 with what is to be sent or paid back, 不服の申出・審査請求 with its answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from todoke.kernel import clock
from todoke.systems.benefits.rules.accounts import bank_list
from todoke.systems.benefits.rules.aftermath.appeals import OUTCOMES, AppealKind, AppealOutcome
from todoke.systems.benefits.rules.aftermath.refunds import LETTER_REASONS, Part, RefundReason
from todoke.systems.benefits.rules.letters import deficiency, remedy
from todoke.systems.benefits.rules.payments.failures import WORDS, FailureClass
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.web.letters.typesetting import SecondSheet

DEMAND_DAYS: Final = timedelta(days=14)
"""Our own aim: so long after the 督促状 the money is to be there."""
_INSTALMENTS: Final = "一度に納めるのが難しいときは、分けて納める相談ができます。"
_TITLES: Final = {
    AppealKind.OBJECTION: ("不服の申出の受付のお知らせ", "不服の申出への回答"),
    AppealKind.REVIEW: ("審査請求の受付のお知らせ", "裁決書"),
}


def refund(row: Mapping[str, Any], office: PayingOffice) -> dict[str, Any]:
    """返還のお願い: to a household that was paid without being entitled (不当利得, facts/benefit.md §1.4)."""
    parts = planned(row) or [Part(row["due_on"], row["open_yen"])]
    return {
        "intro": "先にお支払いした給付金について、次の理由により返していただくことになりました。"
        f"{LETTER_REASONS[RefundReason(row['reason'])]}",
        "facts": (
            ("返していただく額", f"{row['claimed_yen']:,}円"),
            (
                "納める期限",
                clock.wareki(parts[0].due_on) + (f"から {len(parts)} 回" if len(parts) > 1 else ""),
            ),
        ),
        "points_title": "お願い",
        "points": (("2枚目の納付書で、期限までに金融機関で納めてください。", _INSTALMENTS),),
        "second": slip(row, office, parts),
    }


def demand(row: Mapping[str, Any], office: PayingOffice, day: date) -> dict[str, Any]:
    """督促状: what should have come by now, with a new slip for it."""
    until = day + DEMAND_DAYS
    return {
        "intro": "先にお願いした給付金の返還について、期限を過ぎても納付が確認できません。次の期限までに納めてください。"
        "行き違いで納めていただいたときは、ご容赦ください。",
        "facts": (
            ("返していただく額の残り", f"{row['open_yen']:,}円"),
            ("期限を過ぎている額", f"{row['overdue_yen']:,}円"),
            ("納める期限", clock.wareki(until)),
            ("督促", f"第 {row['reminder']} 回"),
        ),
        "points_title": "お願い",
        "points": (
            ("2枚目の納付書で、期限までに金融機関で納めてください。", _INSTALMENTS),
            ("納めることが難しい事情があるときは、期限までに下の問い合わせ先に電話してください。", ""),
        ),
        "second": slip(row, office, [Part(until, row["overdue_yen"])]),
    }


def planned(row: Mapping[str, Any]) -> list[Part]:
    """The parts of the newest plan."""
    pairs = (text.split() for text in row["planned"] or ())
    return [Part(date.fromisoformat(day), int(yen)) for day, yen in pairs]


def slip(row: Mapping[str, Any], office: PayingOffice, parts: list[Part]) -> SecondSheet:
    """納付書: a line for each part, with the number by which the money is told when it comes."""
    claim = f"{row['case_number']}-{row['refund_id']}"
    return SecondSheet(
        title="納付書",
        facts=(
            ("納める人", row["name_kanji"]),
            ("納付先", f"{office.city} 会計管理者"),
            (
                "納付場所",
                f"{bank_list.name(office.bank_code, office.branch_code)}（指定金融機関の本店・支店の窓口）",
            ),
        ),
        columns=("納付番号", "納める額", "納める期限", "領収日付印"),
        rows=tuple(
            (f"{claim}-{number:02d}", f"{part.amount_yen:,}円", clock.wareki(part.due_on), "")
            for number, part in enumerate(parts, start=1)
        ),
        paragraphs=(
            "窓口でこの紙を出してください。手数料はかかりません。領収日付印のある控えは、納め終わるまで保管してください。",
        ),
    )


def failed(row: Mapping[str, Any], day: date) -> dict[str, Any]:
    """振込不能: the bank gave the money back; another account is asked for, the old one is not named."""
    until = clock.wareki(deficiency.answer_until(day))
    found, ask = WORDS[FailureClass(row["failure"])] if row["failure"] else WORDS[None]
    return {
        "intro": "給付金をお届けの口座に振り込もうとしましたが、金融機関で受け取られず、お金が市に戻りました。"
        "振り込むには、口座をもう一度届け出ていただく必要があります。",
        "facts": (
            ("支給する額", f"{row['amount_yen']:,}円"),
            ("振り込めなかった理由", found),
            ("届を送る期限", f"{until} 必着"),
        ),
        "points_title": "お願い",
        "points": (
            (ask, ""),
            ("2枚目の届に記入し、通帳またはキャッシュカードの写しと一緒に、返信用封筒（切手は不要です）で送ってください。", ""),
        ),
        "second": SecondSheet(
            title="振込先口座の届",
            facts=(("届を送る期限", f"{until} 必着"), ("受け取る人", row["name_kanji"])),
            blanks=(
                "金融機関（名前とコード4けた）", "支店（名前とコード3けた）", "預金の種類（普通・当座・貯蓄）", "口座番号（7けた、右づめ）",
                "口座名義（カナ、通帳のとおり）", "記入した日", "署名", "日中の電話番号",
            ),
            paragraphs=("受け取る人本人の名義の口座に限ります。",),
        ),
    }  # fmt: skip


def appeal_receipt(row: Mapping[str, Any]) -> dict[str, Any]:
    """受付: that it came, when, and by when it is to be answered."""
    kind = AppealKind(row["appeal_kind"])
    said = "審査請求" if kind is AppealKind.REVIEW else "不服の申出"
    return {
        "title": _TITLES[kind][0],
        "intro": f"お送りいただいた{said}を、次のとおり受け付けました。決定に関わった職員ではない職員が、資料をもう一度確かめます。",
        "facts": (
            ("受付番号", str(row["appeal_id"])),
            ("受け付けた日", clock.wareki(row["received_on"])),
            ("お答えする予定の日", clock.wareki(row["answer_by"])),
        ),
        "points_title": "お願い",
        "points": (
            (
                "追加で出したい資料があるときは、お答えする予定の日の前に送ってください。",
                "取り下げることもできます。",
            ),
        ),
    }


def appeal_answer(row: Mapping[str, Any], office: PayingOffice) -> dict[str, Any]:
    """回答・裁決: the conclusion, and its reasons on a sheet of their own."""
    kind = AppealKind(row["appeal_kind"])
    review = kind is AppealKind.REVIEW
    return {
        "title": _TITLES[kind][1],
        "intro": f"{clock.wareki(row['received_on'])}に受け付けた{'審査請求' if review else '不服の申出'}について、次のとおり"
        f"{'裁決しました' if review else 'お答えします'}。",
        "facts": (
            ("受付番号", str(row["appeal_id"])),
            ("主文" if review else "結論", OUTCOMES[AppealOutcome(row["outcome"])]),
        ),
        "points_title": "理由",
        "points": (("2枚目のとおりです。", ""),),
        "closing": tuple(remedy.of_ruling(office.city) if review else ()),
        "second": SecondSheet(title="理由", paragraphs=tuple(row["answer"].splitlines())),
    }
