"""請求先 (PIA Ⅳ.1①): where a request is taken in, as the assessment names the 19 offices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CENTRAL: Final = "14100"


@dataclass(frozen=True)
class Office:
    """An office; `code` is the ward's, or the city's for 市民情報課."""

    code: str
    name: str
    section: str
    postal_code: str
    address: str
    phone: str

    @property
    def ward(self) -> str | None:
        """The ward that a right must reach; None: the whole city."""
        return None if self.code == CENTRAL else self.code

    @property
    def title(self) -> str:
        """鶴見区役所 区政推進課広報相談係."""
        return f"{self.name} {self.section}"


_WARD_SECTION: Final = "区政推進課広報相談係"
_WARDS: Final = (
    ("14101", "鶴見区役所", "230-0051", "横浜市鶴見区鶴見中央3-20-1", "045-510-1680"),
    ("14102", "神奈川区役所", "221-0824", "横浜市神奈川区広台太田町3-8", "045-411-7021"),
    ("14103", "西区役所", "220-0051", "横浜市西区中央1-5-10", "045-320-8321"),
    ("14104", "中区役所", "231-0021", "横浜市中区日本大通35", "045-224-8121"),
    ("14105", "南区役所", "232-0024", "横浜市南区浦舟町2-33", "045-341-1112"),
    ("14111", "港南区役所", "233-0003", "横浜市港南区港南4-2-10", "045-847-8321"),
    ("14106", "保土ヶ谷区役所", "240-0001", "横浜市保土ヶ谷区川辺町2-9", "045-334-6221"),
    ("14112", "旭区役所", "241-0022", "横浜市旭区鶴ヶ峰1-4-12", "045-954-6023"),
    ("14107", "磯子区役所", "235-0016", "横浜市磯子区磯子3-5-1", "045-750-2335"),
    ("14108", "金沢区役所", "236-0021", "横浜市金沢区泥亀2-9-1", "045-788-7721"),
    ("14109", "港北区役所", "222-0032", "横浜市港北区大豆戸町26-1", "045-540-2221"),
    ("14113", "緑区役所", "226-0013", "横浜市緑区寺山町118", "045-930-2220"),
    ("14117", "青葉区役所", "225-0024", "横浜市青葉区市ヶ尾町31-4", "045-978-2221"),
    ("14118", "都筑区役所", "224-0032", "横浜市都筑区茅ヶ崎中央32-1", "045-948-2222"),
    ("14110", "戸塚区役所", "244-0003", "横浜市戸塚区戸塚町16-17", "045-866-8321"),
    ("14115", "栄区役所", "247-0005", "横浜市栄区桂町303-19", "045-894-8335"),
    ("14116", "泉区役所", "245-0024", "横浜市泉区和泉中央北5-1-1", "045-800-2335"),
    ("14114", "瀬谷区役所", "246-0021", "横浜市瀬谷区二ツ橋町190", "045-367-5635"),
)  # fmt: skip
OFFICES: Final = {
    office.code: office
    for office in (
        Office(
            CENTRAL, "横浜市役所", "市民局市民情報課", "231-0005", "横浜市中区本町6-50-10", "045-671-3882"
        ),
        *(Office(code, name, _WARD_SECTION, post, place, phone) for code, name, post, place, phone in _WARDS),
    )
}
"""Office by code, in the order of the assessment."""
