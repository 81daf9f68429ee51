"""The paying office: what the letters and the bank file say about the city itself. Invented, as the sample city is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from todoke.systems.benefits.rules.letters.remedy import LegalNature
from todoke.systems.benefits.rules.payments import bank_days


@dataclass(frozen=True, kw_only=True)
class PayingOffice:
    """振込依頼人 and 問い合わせ先. Codes are given by the designated bank (指定金融機関); the name is in Zengin kana."""

    sender: str
    contact_name: str
    contact_phone: str
    contact_hours: str
    requester_code: str
    requester_name: str
    bank_code: str
    branch_code: str
    account_type: str
    account_number: str
    lines_per_file: int
    cut_off_days: int
    cut_off_hour: int
    """The bank wants the file by that hour, so many business days before the day of the transfer (per bank contract)."""
    remind_after_days: int
    """Whoever has not answered so many days after the dispatch is reminded."""
    city: str
    nature: LegalNature
    """What its decisions are in law; the city's own legal section says so."""
    register_hours: int
    register_days: int | None
    """Letters are printed and sent only from a register that came in so many hours ago at most, and shows a day so many days
    ago at most; None only where time stands still, as in the sample city's register."""

    def cut_off(self, transfer_on: date) -> datetime:
        """By when the bank must have the file for that day."""
        return bank_days.cut_off(transfer_on, days=self.cut_off_days, hour=self.cut_off_hour)

    def earliest(self, now: datetime) -> date:
        """The first day for which a file can still be brought in time."""
        return bank_days.earliest(now, days=self.cut_off_days, hour=self.cut_off_hour)


SAMPLE_CITY = PayingOffice(
    sender="見本市 臨時特別給付金担当",
    contact_name="見本市 臨時特別給付金コールセンター",
    contact_phone="0120-000-000",
    contact_hours="平日 午前9時から午後7時まで",
    requester_code="0000014100",
    requester_name="ﾐﾎﾝｼ ｶｲｹｲｶﾝﾘｼﾔ",
    bank_code="0138",
    branch_code="200",
    account_type="1",
    account_number="0014100",
    lines_per_file=50_000,
    cut_off_days=1,
    cut_off_hour=12,
    remind_after_days=30,
    city="見本市",
    nature=LegalNature.GIFT,
    register_hours=24,
    register_days=None,
)
