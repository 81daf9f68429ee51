"""The invented staff of the three realms: who they are, and which rights they get (架空の職員)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from todoke.access.duties import Duty
from todoke.access.permissions import Role


@dataclass(frozen=True, kw_only=True)
class Person:
    """One invented person. `rights`: roles with their duties; a provider's or an inquirer's officer gets them for every municipality."""

    staff_id: str
    name: str
    kana: str
    section: str
    rights: tuple[tuple[Role, Duty], ...] = ()
    contract: str = ""


@dataclass(frozen=True, kw_only=True)
class Office:
    """The staff of one realm. The first four give everybody else's rights: asks, sets, confirms, imports."""

    organisation: str
    asks: str
    sets: str
    confirms: str
    imports: str
    people: tuple[Person, ...]
    at_work: tuple[str, ...]

    def administrators_for(self, staff_id: str) -> tuple[str, ...]:
        """Who may issue passwords, link faces and invite to passkeys, in the order to ask: never for oneself."""
        return tuple(one for one in (self.sets, f"{self.sets[:-1]}6") if one != staff_id)

    def first_roles(self) -> dict[str, Role]:
        """Those who are entered by the bootstrap, and their roles."""
        return {
            self.asks: Role.SECTION_MANAGER,
            self.sets: Role.ADMINISTRATOR,
            self.confirms: Role.SECTION_MANAGER,
            self.imports: Role.PERSONNEL,
        }

    def find(self, staff_id: str) -> Person | None:
        return next((person for person in self.people if person.staff_id == staff_id), None)


CONTRACT: Final = "R3-0121"
CONTRACTOR: Final = "みなと計算株式会社"

_BENEFIT, _TREASURY, _IT = "給付金担当", "会計課", "情報システム課"
_CLERK = ((Role.CLERK, Duty.BENEFIT),)
_OFFICER = ((Role.PROVIDER_OFFICER, Duty.PROVISION),)


def _managers(prefix: str, section: str, names: Sequence[tuple[str, str]]) -> tuple[Person, ...]:
    """The six people whom every realm has: two managers, administrator, personnel, auditor, second administrator."""
    sections = (section, section, _IT, "人事課", "監査課", _IT)
    auditor, administrator = (Role.AUDITOR, Duty.AUDIT), (Role.ADMINISTRATOR, Duty.ADMINISTRATION)
    rights: tuple[tuple[tuple[Role, Duty], ...], ...] = ((), (), (), (), (auditor,), (administrator,))
    return tuple(
        Person(staff_id=f"{prefix}{number}", name=name, kana=kana, section=where, rights=right)
        for number, (name, kana), where, right in zip(range(101, 107), names, sections, rights, strict=True)
    )


OFFICES: Final[dict[str, Office]] = {
    "city": Office(
        organisation="14100", asks="c101", confirms="c102", sets="c103", imports="c104",
        at_work=("c001", "c002", "c003", "c004"),
        people=(
            *_managers("c", _BENEFIT, (
                ("秋庭 みどり", "アキバ ミドリ"), ("戸越 正一", "トゴシ ショウイチ"), ("三ツ境 遥", "ミツキョウ ハルカ"),
                ("瀬谷 和子", "セヤ カズコ"), ("根岸 貢", "ネギシ ミツグ"), ("弘明 蓮", "グミョウ レン"),
            )),
            Person(staff_id="c001", name="綱島 律子", kana="ツナシマ リツコ", section=_BENEFIT, rights=_CLERK),
            Person(staff_id="c002", name="大倉 健吾", kana="オオクラ ケンゴ", section=_BENEFIT,
                   rights=((Role.SUPERVISOR, Duty.BENEFIT),)),
            Person(staff_id="c003", name="仲町 薫", kana="ナカマチ カオル", section=_TREASURY,
                   rights=((Role.TREASURER, Duty.TREASURY),)),
            Person(staff_id="c004", name="白楽 進", kana="ハクラク ススム", section="一括照会班", contract=CONTRACT,
                   rights=((Role.OPERATOR, Duty.BULK_INQUIRY),)),
            Person(staff_id="c005", name="菊名 美緒", kana="キクナ ミオ", section="鶴見区 福祉保健課", rights=_CLERK),
            Person(staff_id="c006", name="妙蓮寺 修", kana="ミョウレンジ オサム", section="一括照会班", contract=CONTRACT,
                   rights=((Role.OPERATOR, Duty.BULK_INQUIRY),)),
        ),
    ),
    "platform": Office(
        organisation="13112", asks="p101", confirms="p102", sets="p103", imports="p104", at_work=("p001",),
        people=(
            *_managers("p", "運用課", (
                ("用賀 信", "ヨウガ マコト"), ("桜新 早苗", "サクラシン サナエ"), ("駒沢 悠", "コマザワ ユウ"),
                ("池尻 真弓", "イケジリ マユミ"), ("三宿 徹", "ミシュク トオル"), ("二子 楓", "フタコ カエデ"),
            )),
            Person(staff_id="p001", name="上野毛 良", kana="カミノゲ リョウ", section="運用課",
                   rights=((Role.PLATFORM_OPERATOR, Duty.PLATFORM),)),
            Person(staff_id="p002", name="等々力 茜", kana="トドロキ アカネ", section="市民税課", rights=_OFFICER),
            Person(staff_id="p003", name="尾山 昭", kana="オヤマ アキラ", section="市民税課", rights=_OFFICER),
            Person(staff_id="p004", name="九品仏 透", kana="クホンブツ トオル", section="保健福祉課",
                   rights=((Role.INQUIRER_OFFICER, Duty.INQUIRIES),)),
        ),
    ),
    "national": Office(
        organisation="13101", asks="n101", confirms="n102", sets="n103", imports="n104", at_work=("n001", "n002"),
        people=(
            *_managers("n", "ネットワーク係", (
                ("麹町 稔", "コウジマチ ミノル"), ("半蔵 恵", "ハンゾウ メグミ"), ("九段 智", "クダン サトシ"),
                ("竹橋 梢", "タケバシ コズエ"), ("番町 誠", "バンチョウ マコト"), ("一ツ橋 渚", "ヒトツバシ ナギサ"),
            )),
            Person(staff_id="n001", name="平河 礼", kana="ヒラカワ レイ", section="ネットワーク係",
                   rights=((Role.NETWORK_OPERATOR, Duty.NETWORK),)),
            Person(staff_id="n002", name="霞 詩織", kana="カスミ シオリ", section="ネットワーク係",
                   rights=((Role.NETWORK_OPERATOR, Duty.NETWORK),)),
        ),
    ),
}  # fmt: skip
"""Realm → its staff. `at_work`: whom the demonstration signs in."""
