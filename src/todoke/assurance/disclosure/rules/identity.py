"""本人確認 (個人情報の保護に関する法律76条2項・77条2項、同法施行令22条): which papers prove who asks, and for whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Final

_EIGHTEEN_SINCE: Final = date(2022, 4, 1)


class Capacity(StrEnum):
    """Who asks (76条2項): the person, a legal representative, or one whom the person has named."""

    OWN = "own"
    STATUTORY = "statutory"
    VOLUNTARY = "voluntary"


class Route(StrEnum):
    """請求方法 (PIA Ⅳ.1②)."""

    COUNTER = "counter"
    POST = "post"


class Document(StrEnum):
    """A paper that was seen (or came by post)."""

    PHOTO = "photo"
    FIRST_PLAIN = "first_plain"
    SECOND_PLAIN = "second_plain"
    RESIDENCE = "residence"
    FAMILY_REGISTER = "family_register"
    GUARDIANSHIP = "guardianship"
    MANDATE = "mandate"
    SEAL = "seal"


CAPACITIES: Final = {
    Capacity.OWN: "本人",
    Capacity.STATUTORY: "法定代理人",
    Capacity.VOLUNTARY: "任意代理人（本人の委任による）",
}
ROUTES: Final = {Route.COUNTER: "持参", Route.POST: "郵送"}
DOCUMENTS: Final = {
    Document.PHOTO: "顔写真のある官公署の書類（個人番号カード、運転免許証、旅券など）",
    Document.FIRST_PLAIN: "顔写真のない書類 1点目（健康保険の資格確認書、年金手帳など）",
    Document.SECOND_PLAIN: "顔写真のない書類 2点目",
    Document.RESIDENCE: "住民票の写し（30日以内に作成されたもの。郵送のとき）",
    Document.FAMILY_REGISTER: "戸籍謄本など法定代理人の資格を示す書類（30日以内に作成されたもの）",
    Document.GUARDIANSHIP: "登記事項証明書（成年後見。30日以内に作成されたもの）",
    Document.MANDATE: "委任状（30日以内に作成された原本）",
    Document.SEAL: "委任者の印鑑登録証明書または本人確認書類の写し",
}


def is_minor(birth_date: date, on: date) -> bool:
    """未成年 (民法4条): under eighteen since 1 April 2022, under twenty before."""
    age = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
    return age < (18 if on >= _EIGHTEEN_SINCE else 20)


def lacking(capacity: Capacity, route: Route, shown: Collection[Document], *, minor: bool) -> list[str]:
    """What is still to be shown, in words; nothing when the identity is proved. It is that of whoever asks.

    minor: the person is under age. A 戸籍謄本 proves parents, and parents represent nobody who is of age.
    """
    found = []
    if Document.PHOTO not in shown and not {Document.FIRST_PLAIN, Document.SECOND_PLAIN} <= set(shown):
        found.append("顔写真のある書類1点、または顔写真のない書類2点")
    if route is Route.POST and Document.RESIDENCE not in shown:
        found.append("住民票の写し（郵送の請求のため）")
    proofs = {Document.FAMILY_REGISTER, Document.GUARDIANSHIP} if minor else {Document.GUARDIANSHIP}
    if capacity is Capacity.STATUTORY and not proofs & set(shown):
        words = (
            "戸籍謄本または登記事項証明書"
            if minor
            else "登記事項証明書。本人は成年のため、戸籍謄本では足りません"
        )
        found.append(f"法定代理人の資格を示す書類（{words}）")
    if capacity is Capacity.VOLUNTARY:
        found += [DOCUMENTS[paper] for paper in (Document.MANDATE, Document.SEAL) if paper not in shown]
    return found
