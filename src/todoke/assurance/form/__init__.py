"""重点項目評価書の様式 (特定個人情報保護評価に関する規則 様式3): its sections, items and choices, and how facts fill them."""

from __future__ import annotations

from collections.abc import Iterator

from todoke.assurance.form import annexes, section_2, section_3, sections_1_4_5
from todoke.assurance.form.parts import Grid, Heading, Item, Part, Section, Shape


def form(shape: Shape) -> tuple[Section, ...]:
    """The whole form in its order."""
    return (
        sections_1_4_5.COVER,
        sections_1_4_5.basics(shape.systems),
        section_2.overview("A", shape.contracts_a),
        section_2.overview("B", shape.contracts_b),
        annexes.RECORDED,
        section_3.risks("A"),
        section_3.risks("B"),
        sections_1_4_5.DISCLOSURE,
        sections_1_4_5.PROCEDURE,
        annexes.changes(shape.changes),
        annexes.accidents(shape.accidents),
    )


def items(sections: tuple[Section, ...]) -> Iterator[tuple[Section, Part, Item]]:
    """Every item with where it stands; headings and tables left out."""
    for section in sections:
        for part in section.parts:
            for row in part.rows:
                if not isinstance(row, Heading | Grid):
                    yield section, part, row
