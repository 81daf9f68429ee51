"""What may be confirmed and what a file proposes, as pure rules over everything a search can find."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from todoke.systems.linkage.rules.blocking import Attribute, Level
from todoke.systems.linkage.rules.registration import Found, proposal, refusal


@st.composite
def found(draw: st.DrawFn) -> list[Found]:
    """At most three persons, the first of them perhaps known by number (who then has one)."""
    levels = st.fixed_dictionaries({one: st.sampled_from([Level.EQUAL, *Level]) for one in Attribute})
    people = draw(st.lists(st.tuples(levels, st.booleans()), max_size=3))
    known = draw(st.booleans())
    return [
        Found(
            person=str(place),
            levels=marks,
            by_number=known and not place,
            has_number=numbered or (known and not place),
        )
        for place, (marks, numbered) in enumerate(people)
    ]


@given(found(), st.booleans(), st.data())
def test_nobody_is_linked_on_fewer_than_four_attributes(
    people: list[Found], number: bool, data: st.DataObject
) -> None:
    chosen = data.draw(st.sampled_from([None, *people]))
    number = number or any(one.by_number for one in people)
    if refusal(people, chosen, with_number=number) is not None:
        return
    known = [one for one in people if one.by_number]
    if chosen is None:
        assert not known
        assert not any(one.all_equal for one in people)
        return
    assert all(chosen.levels[attribute] is Level.EQUAL for attribute in Attribute)
    assert known in ([], [chosen])
    if not chosen.by_number:
        assert [one for one in people if one.all_equal] == [chosen]
        assert not (number and chosen.has_number)


@given(found(), st.booleans())
def test_a_refusal_names_fields_and_what_to_do(people: list[Found], number: bool) -> None:
    for chosen in (None, *people):
        against = refusal(people, chosen, with_number=number)
        if against is not None:
            assert against.detail
            assert against.todo.endswith("。")


@given(found(), st.booleans())
def test_a_file_proposes_only_what_may_be_confirmed(people: list[Found], number: bool) -> None:
    number = number or any(one.by_number for one in people)
    offered, person = proposal(people, with_number=number)
    if offered:
        assert refusal(people, person, with_number=number) is None
        assert person is not None or not people
