"""一件ずつの審査: what only a person sees on the papers, as ten-key numbers, and which conclusion the findings allow.

What the checks found stands: nobody passes a form against them. Sources: facts/benefit.md §1.4 (代理人), §2 step 8.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from todoke.systems.benefits.rules.examination.findings import FINDINGS, ExaminationOutcome

_O = ExaminationOutcome


@dataclass(frozen=True, kw_only=True)
class Seen:
    """不備 that a person sees: the number that is keyed, the code that is kept, the sentence for the letter."""

    key: str
    code: str
    sentence: str


SEEN: Final = (
    Seen(key="11", code="UNREADABLE", sentence="様式の記入が読み取れません。"),
    Seen(key="12", code="SIGNATURE_MISSING", sentence="様式に署名または記名がありません。"),
    Seen(key="13", code="DECLARATION_UNCLEAR", sentence="扶養に関する申出の記入が一つに決まりません。"),
    Seen(key="14", code="DECLINE_UNSURE", sentence="辞退の意思を確認する必要があります。"),
    Seen(key="21", code="IDENTITY_UNCLEAR", sentence="本人確認書類が不鮮明か、有効期限を過ぎています。"),
    Seen(key="22", code="IDENTITY_OTHER", sentence="本人確認書類が受給者のものではありません。"),
    Seen(key="31", code="ACCOUNT_UNCLEAR", sentence="口座の書類から口座番号または名義が読み取れません。"),
    Seen(key="32", code="ACCOUNT_OTHER", sentence="口座の書類と、様式に記入された口座が違います。"),
    Seen(key="41", code="PROXY_IDENTITY_UNCLEAR", sentence="代理人の本人確認書類が見当たらないか、不鮮明か、代理人のものではありません。"),
    Seen(key="42", code="PROXY_AUTHORITY_UNCLEAR", sentence="代理権を示す書類が見当たらないか、代理権が分かりません（法定代理人は3か月以内の証明）。"),
    Seen(key="51", code="PAPERS_OF_ANOTHER", sentence="別の世帯の書類が入っています。"),
    Seen(key="61", code="INCOME_PAPERS_MISSING", sentence="収入を確かめる書類（給与明細、年金の通知、帳簿など）がありません。"),
    Seen(key="62", code="INCOME_DIFFERS", sentence="収入の書類と、申立ての月または額が違います。"),
)  # fmt: skip
BY_KEY: Final = {seen.key: seen for seen in SEEN}
SENTENCES: Final = {one.code: one.sentence for one in (*FINDINGS, *SEEN)}
"""Every code that an examination may keep, in words."""

CHECKS: Final = {
    "FORM": "様式の記入と、入力された内容が同じである",
    "IDENTITY": "本人確認書類が受給者のもので、有効である（お知らせの世帯は不要）",
    "ACCOUNT": "口座の書類と、入力された口座・名義が同じである（口座変更がなければ不要）",
}
PROXY_CHECKS: Final = {
    "PROXY_IDENTITY": "代理人の本人確認書類を見て、代理人本人であることを確かめた",
    "PROXY_AUTHORITY": "代理権を示す書類を見た（法定代理人は発行から3か月以内）",
}
INCOME_CHECKS: Final = {
    "INCOME": "申立てのある全員の収入の書類（給与明細、年金の通知、帳簿など）を見て、申立ての月と額が同じである",
}
"""家計急変: what a household declares is examined by a person, who saw the papers (facts/benefit.md §2 step 8: income proof)."""
PROTECTION_CHECKS: Final = {
    "PROTECTION_PROOF": "支援措置の決定、保護命令、相談機関の証明などで、避難していることを確かめた",
    "PROTECTION_HOUSEHOLD": "避難している人だけの世帯として判定されている（元の世帯が支給済みでもよい）",
    "PROTECTION_ADDRESS": "連絡先と送付先が、元の世帯に知られないことを確かめた",
}
"""What only a 責任職 confirms of 避難者 (facts/benefit.md §1.4: 出水市, 多久市)."""
PROTECTED: Final = "PROTECTED_BY_HAND"
OUTCOMES: Final = {"1": _O.PASSED, "2": _O.DEFICIENT, "3": _O.INELIGIBLE, "4": _O.DECLINED}
OUTCOME_TITLES: Final = {
    _O.PASSED: "支給相当", _O.DEFICIENT: "不備", _O.INELIGIBLE: "不支給相当", _O.DECLINED: "辞退",
}  # fmt: skip


class NotAllowed(ValueError):
    """The conclusion does not follow; the sentence says why."""


def checklist(*, proxy: str, declares: bool = False, shielded: bool = False) -> dict[str, str]:
    """What is confirmed before a form passes. `declares`: incomes are declared; `shielded`: by a 責任職, of a protected household."""
    return {
        **CHECKS, **(PROXY_CHECKS if proxy else {}), **(INCOME_CHECKS if declares else {}),
        **(PROTECTION_CHECKS if shielded else {}),
    }  # fmt: skip


def codes(
    *, found: ExaminationOutcome, found_codes: Collection[str], chosen: ExaminationOutcome, seen: Collection[str],
    checks: Collection[str], proxy: str, declares: bool = False, shielded: bool = False,
) -> tuple[str, ...]:  # fmt: skip
    """The codes to keep with the conclusion. `shielded`: a 責任職 concludes about a protected household. Raises NotAllowed."""
    if chosen is _O.PASSED:
        if found is not _O.PASSED and not (shielded and set(found_codes) == {PROTECTED}):
            raise NotAllowed("自動点検で問題が見つかった世帯は、支給相当にできません。")
        if seen:
            raise NotAllowed("不備の番号があるので、支給相当にできません。2（不備）を押してください。")
        if set(checks) != set(checklist(proxy=proxy, declares=declares, shielded=shielded)):
            raise NotAllowed("支給相当にするには、確かめる項目のすべてに印が必要です。")
        return ()
    if chosen is _O.DEFICIENT:
        kept = (*(found_codes if found is _O.DEFICIENT else ()), *seen)
        if not kept:
            raise NotAllowed("不備の番号を入力してください。")
        return tuple(kept)
    if chosen is not found:
        raise NotAllowed(
            f"自動点検の結果が{OUTCOME_TITLES[chosen]}ではありません。疑いがあるときは 2（不備）にしてください。"
        )
    return tuple(found_codes)
