"""What a rule looked at, value by value: each with its origin, in the words of the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from todoke.identifiers.municipality_names import name_of
from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus
from todoke.systems.benefits.rules.why import figures as why_figures
from todoke.systems.benefits.rules.why.explained import (
    AnswerRead,
    Certified,
    Household,
    Member,
    Origin,
    ReadFrom,
    TaxRecord,
    Value,
)

HIDDEN = "（支援措置により表示しません）"

READ_FROM = {
    ReadFrom.LIVELIHOOD_AID: "生活保護を受けている",
    ReadFrom.TAX_RECORD: "本市の課税情報",
    ReadFrom.INQUIRY: "前住所の市町村への照会",
    ReadFrom.MINOR: "賦課期日に18歳未満で、課税の記録がない",
    ReadFrom.DEPENDANT: "課税の記録がなく、扶養親族等として登録がある",
    ReadFrom.NONE: "課税の記録も申告もない",
    ReadFrom.CERTIFICATE: "前住所の市町村の課税証明書（二人の入力）",
}
"""What a status was read from, in words."""

ANSWER_KINDS = {
    "01": "回答あり", "02": "該当なし", "03": "提供者確認中", "04": "照会エラー", "05": "照会中", "06": "提供不許可",
    "07": "他市町村課税",
}  # fmt: skip
"""照会区分 (item 28) in words."""

FINDINGS = {
    "release_refused": "相手の市町村が提供を許可しなかった",
    "inquiry_error": "照会がエラーで終わった",
    "attributes_differ": "氏名・生年月日・性別・住所が本人と一致しない",
    "tax_year_absent": "回答に課税年度がない",
    "other_tax_year": "別の年度についての回答である",
    "income_levy_absent": "所得割額の回答がない（ないことは0円ではない）",
    "per_capita_levy_absent": "均等割額の回答がない（ないことは0円ではない）",
    "levies_inconsistent": "所得割があるのに均等割が0円で、つじつまが合わない",
    "taxed_elsewhere_unknown": "ほかの市町村で課税されているかどうかの回答がない",
    "unreadable": "回答の内容を読み取れない",
}
"""Why an answer could not be used (rules/tax/answer_status.py, `finding`)."""


def of_status(household: Household, member: Member) -> list[Value]:
    """What the member's tax status was read from; of whoever declared an income, that too."""
    return [Value(whom=member.title, item="課税の状態", shown=member.status.value, origin=_origin(household, member)),
            *_READERS[member.read_from](household, member), *why_figures.of_figures(household, member)]  # fmt: skip


def of_statuses(household: Household, members: Sequence[Member]) -> list[Value]:
    """The same for several members."""
    return [value for member in members for value in of_status(household, member)]


def answer_origin(answer: AnswerRead) -> Origin:
    """The answer file that an answer came in."""
    return Origin(name="他市町村の回答", edition=answer.edition, arrived=answer.arrived)


def certificate_origin(certified: Certified) -> Origin:
    """The paper, by the day on which it was issued."""
    issued = certified.certificate.issued_on
    return Origin(name="課税証明書（二人の入力）", as_of=issued, arrived=certified.arrived)


def place(code: str, *, protected: bool) -> str:
    """神奈川県川崎市（14130）; hidden for a protected person, whose former place says where they fled from."""
    if protected:
        return HIDDEN
    if code == "99999":
        return "国外"
    return f"{name_of(code)}（{code}）" if code else "記録なし"


def yen(amount: int | None, why: str | None = None) -> str:
    """1,234円; an absent amount is said to be absent, with its reason."""
    if amount is not None:
        return f"{amount:,}円"
    return f"記録なし（{why}）" if why else "記録なし"


def _origin(household: Household, member: Member) -> Origin:
    origins = household.origins
    if member.status is TaxStatus.EQUIVALENT:
        return origins.figures
    if member.read_from is ReadFrom.CERTIFICATE and member.certified:
        return certificate_origin(member.certified)
    if member.read_from is ReadFrom.INQUIRY:
        return answer_origin(member.answer) if member.answer else origins.register
    return {
        ReadFrom.LIVELIHOOD_AID: origins.assistance,
        ReadFrom.MINOR: origins.register,
    }.get(member.read_from, origins.tax)


def _aid(household: Household, member: Member) -> list[Value]:
    since = wareki(member.aid_from) if member.aid_from else "開始日の記録なし"
    until = f"{wareki(member.aid_to)}まで" if member.aid_to else "継続中"
    return [_value(member, "生活保護", f"{since}から、{until}", household.origins.assistance)]


def _record(household: Household, member: Member) -> list[Value]:
    record, origin = member.record, household.origins.tax
    if record is None:
        return [_value(member, "課税情報", "記録なし", origin)]
    return [
        _value(member, "申告", "あり" if record.declared else "なし", origin),
        _value(member, "所得割額", yen(record.income_levy), origin),
        _value(member, "均等割額", yen(record.per_capita_levy), origin),
        *_marks(member, record, origin),
    ]


def _marks(member: Member, record: TaxRecord, origin: Origin) -> list[Value]:
    marks = (("減免", record.levy_waived), ("租税条約による免除", record.treaty_exempt))
    return [_value(member, item, "あり", origin) for item, there in marks if there]


def _inquiry(household: Household, member: Member) -> list[Value]:
    base = household.origins.register
    moved = wareki(member.moved_in_on) if member.moved_in_on else "記録なし"
    found = [
        _value(member, "転入日", HIDDEN if member.protected else moved, base),
        _value(member, "前住所", place(member.previous_municipality, protected=member.protected), base),
    ]
    if member.asked:
        origin = Origin(name="照会の依頼", edition=member.asked.order_id, arrived=member.asked.ordered_at)
        found.append(
            _value(
                member,
                "照会の依頼",
                "国外からの転入のため照会できない" if member.asked.abroad else "依頼済み",
                origin,
            )
        )
    if member.answer:
        found += _answer(member, member.answer)
    return found


def _answer(member: Member, answer: AnswerRead) -> list[Value]:
    origin = answer_origin(answer)
    kind = ANSWER_KINDS.get(answer.inquiry_kind, answer.inquiry_kind)
    found = [_value(member, "回答の区分", kind, origin)]
    if answer.inquiry_kind == "01":
        found += [
            _value(member, "所得割額（回答）", yen(answer.income_levy, answer.income_levy_reason), origin),
            _value(
                member, "均等割額（回答）", yen(answer.per_capita_levy, answer.per_capita_levy_reason), origin
            ),
        ]
    if answer.finding:
        found.append(_value(member, "使えない理由", FINDINGS.get(answer.finding, answer.finding), origin))
    return found


def _certificate(household: Household, member: Member) -> list[Value]:
    """What the paper says; then why the inquiry did not settle it."""
    found = []
    if member.certified:
        paper, origin = member.certified.certificate, certificate_origin(member.certified)
        found = [
            _value(member, "発行した市区町村", place(paper.municipality, protected=member.protected), origin),
            _value(member, "課税年度", str(paper.tax_year), origin),
            _value(member, "所得割額（証明書）", yen(paper.income_levy), origin),
            _value(member, "均等割額（証明書）", yen(paper.per_capita_levy), origin),
        ]
    return found + _inquiry(household, member)


def _minor(household: Household, member: Member) -> list[Value]:
    born = wareki(member.birth_date) if member.birth_date else "記録なし"
    return [_value(member, "生年月日", HIDDEN if member.protected else born, household.origins.register)]


def of_dependant(household: Household, member: Member) -> list[Value]:
    """Whether the member is somebody's dependant, and whether that supporter is taxed."""
    origin, taxed = household.origins.tax, member.supporter_taxed
    if not member.dependant:
        return [_value(member, "扶養親族等の登録", "なし", origin)]
    known = (
        "不明（市外の人に扶養されている）"
        if taxed is None
        else "課税されている"
        if taxed
        else "課税されていない"
    )
    return [
        _value(member, "扶養親族等の登録", "あり", origin),
        _value(member, "扶養している人の課税", known, origin),
    ]


def _none(household: Household, member: Member) -> list[Value]:
    return [_value(member, "課税情報", "記録なし", household.origins.tax)]


def _value(member: Member, item: str, shown: str, origin: Origin) -> Value:
    return Value(whom=member.title, item=item, shown=shown, origin=origin)


_READERS: dict[ReadFrom, Callable[[Household, Member], list[Value]]] = {
    ReadFrom.LIVELIHOOD_AID: _aid,
    ReadFrom.TAX_RECORD: _record,
    ReadFrom.INQUIRY: _inquiry,
    ReadFrom.MINOR: _minor,
    ReadFrom.DEPENDANT: of_dependant,
    ReadFrom.NONE: _none,
    ReadFrom.CERTIFICATE: _certificate,
}
