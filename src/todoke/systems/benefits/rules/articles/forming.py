"""定義 (第2条): who is counted as registered, and who as a household of their own."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from todoke.systems.benefits.rules.rule import FormingRule

_R3 = date(2021, 11, 26)


class SpecialKind(StrEnum):
    """配慮を要する者 that the register does not show; `kind` of the relation `special`."""

    EVACUEE = "配偶者等からの避難"
    INSTITUTION_CHILD = "措置入所児童等"
    RE_REGISTERED = "職権消除後の再登録"


class Article2ProtectedApart(FormingRule):
    """Protected in either register, or an evacuee by 申出: payable even if the registered household was paid."""

    citation = "PIA（支援措置）; 出水市・多久市 2022-02（避難者は居住地の世帯）; facts/benefit.md §1.4"
    sentence = "支援措置の対象の方と避難している方は、元の世帯と分けて、その方々だけの世帯として判定します。"
    valid_from = _R3


class Article2InstitutionChild(FormingRule):
    """Children whom a public office has placed in an institution or with foster parents, each alone."""

    citation = "facts/benefit.md §1.4（施設入所児童は児童のみの世帯）; 支給要領の文言は未確認"
    sentence = "施設に入所している児童等は、その児童等だけの世帯として判定します。"
    valid_from = _R3


class Article2ReRegistered(FormingRule):
    """Struck off ex officio (住基法8条), in no register on the base date, registered again by the deadline."""

    citation = "大阪市支給要綱（令和5年度・令和6年度版）2条; 住民基本台帳法8条; facts/benefit.md §1.1"
    sentence = "基準日にどこにも住民登録がなく、申請期限までに改めて登録された方は、基準日に登録があったものとみなします。"
    valid_from = _R3


FORMING = (Article2ProtectedApart, Article2InstitutionChild, Article2ReRegistered)
