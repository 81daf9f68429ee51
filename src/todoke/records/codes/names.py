"""The names by which sets are asked for: `todoke convert --from ibm939 --to utf-8`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.codes import hosts
from todoke.records.codes.coded_set import CodedSet
from todoke.records.codes.ibm import ibm
from todoke.records.codes.lead_sets import lead_set
from todoke.records.codes.leading import LeadReader
from todoke.records.codes.reading import Reader
from todoke.records.codes.shifted import ShiftedReader
from todoke.records.codes.unicode_forms import (
    UTF_8,
    UTF_8_BOM,
    UTF_16BE,
    UTF_16BE_BOM,
    UTF_16LE,
    UTF_16LE_BOM,
    UnicodeForm,
    UnicodeReader,
)
from todoke.records.codes.writing import TableWriter, UnicodeWriter, Writer

Coding = CodedSet | UnicodeForm
"""Anything that text can be converted from and to."""

CODINGS: Mapping[str, Callable[[], Coding]] = {
    "jef": hosts.jef,
    "jef-ebcdic": lambda: hosts.jef("fujitsu-ebcdic"),
    "jef-ascii": lambda: hosts.jef("fujitsu-ascii"),
    "keis78": lambda: hosts.keis(78),
    "keis78-ebcdic": lambda: hosts.keis(78, "hitachi-ebcdic"),
    "keis83": lambda: hosts.keis(83),
    "keis83-ebcdic": lambda: hosts.keis(83, "hitachi-ebcdic"),
    "jips-j": hosts.jips_j,
    "jips-e": hosts.jips_e,
    "ibm930": lambda: ibm(930),
    "ibm939": lambda: ibm(939),
    "ibm1390": lambda: ibm(1390),
    "ibm1399": lambda: ibm(1399),
    "cp932": lambda: lead_set("cp932", "CP932"),
    "shift_jis-2004": lambda: lead_set("shift_jis_2004", "Shift_JIS-2004"),
    "euc-jp": lambda: lead_set("euc_jp", "EUC-JP"),
    "euc-jis-2004": lambda: lead_set("euc_jis_2004", "EUC-JIS-2004"),
    **{
        form.name: (lambda form=form: form)  # type: ignore[misc]
        for form in (UTF_8, UTF_8_BOM, UTF_16LE, UTF_16BE, UTF_16LE_BOM, UTF_16BE_BOM)
    },
}
"""Name → the set. JEF, KEIS and JIPS(E) with EBCDIK (katakana) beside the pairs unless the name says otherwise."""


def coding(name: str) -> Coding:
    """The set of a name. Raises NOT_FOUND."""
    maker = CODINGS.get(name.lower())
    if maker is None:
        known = "、".join(CODINGS)
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"文字集合 {name}（使えるもの: {known}）")
    return maker()


def reader(of: Coding, *, double: bool = False) -> Reader:
    """A reader at the beginning of a stream; `double` when it begins within double-byte text."""
    if isinstance(of, UnicodeForm):
        return UnicodeReader(of)
    return ShiftedReader(of, double=double) if of.shifts else LeadReader(of)


def writer(of: Coding) -> Writer:
    """A writer at the beginning of a stream."""
    return UnicodeWriter(of) if isinstance(of, UnicodeForm) else TableWriter(of)
