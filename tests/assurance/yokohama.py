"""横浜市の事実: the numbers behind the published assessment, as far as its classes let us know them; the rest is invented."""

from __future__ import annotations

from datetime import date
from importlib import resources

from todoke.assurance.facts import Facts, Outsourced
from todoke.assurance.form import own
from todoke.assurance.form.own import OwnTexts


def texts() -> OwnTexts:
    folder = resources.files("todoke.sample") / "assessment"
    return own.read(
        (file.name, file.read_text("utf-8")) for file in sorted(folder.iterdir(), key=lambda one: one.name)
    )


FACTS = Facts(
    on=date(2022, 4, 11),
    persons=150_000,
    benefit_people=150_000,
    linkage_people=400_000,
    benefit_users=20,
    linkage_users=12,
    handlers=70,
    contracts={
        "R3-税照会-1": Outsourced(contractor="富士通Japan株式会社", handlers=12, subcontracted=True),
        "R3-統合番号-1": Outsourced(
            contractor="日本ソフトウェアマネジメント株式会社", handlers=14, subcontracted=True
        ),
        "R3-統合番号-2": Outsourced(contractor="株式会社SH-Net", handlers=14, subcontracted=True),
        "R3-統合番号-3": Outsourced(contractor="未定", handlers=10, subcontracted=True),
    },
    accidents=texts().accidents,
)
