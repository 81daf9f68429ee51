"""評価書: today's numbers lie in the classes that the published edition of each programme declares."""

from __future__ import annotations

from collections.abc import Iterator

from todoke.assurance import editions
from todoke.assurance.checks.check import CITY, NotShown, check, only
from todoke.assurance.checks.site import Site
from todoke.assurance.leaving import leaving


@check(
    "今の人数は、公表した評価書の区分のとおり", looks_at="公表した版と、対象人数・取扱者数・重大事故", link="assurance-editions",
    realms=only(CITY),
)  # fmt: skip
def classes_as_published(site: Site) -> Iterator[str]:
    """A number that has left its class calls for another assessment."""
    from todoke.assurance import gathering  # knows the city's systems, which other realms do not have

    found = editions.declared(site.directory)
    if not found:
        raise NotShown("公表した版がありません（評価書の版）。")
    for one in found:
        if one.programme not in gathering.programmes():
            yield f"{one}: 団体の記載（texts）がないので、今の人数を確かめられません。"
            continue
        facts = gathering.count(one.programme, gathering.texts_in(gathering.folder(one.programme) / "texts"))
        yield from (f"{one}: {sentence}。" for sentence in leaving(editions.read(one), facts))
