"""保有個人情報: every model that holds something on a person is told or named as left out, and every field has its name."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps

from todoke.custody import field_words
from todoke.custody.holding import MACHINERY, told
from todoke.privacy.classes import FieldClass, classes_of
from todoke.privacy.holding import Holding

HOLDINGS = {
    "residents": "systems.residents.queries.on_person", "benefits": "systems.benefits.queries.households.on_person_kinds",
    "inquiry": "systems.inquiry.queries.on_person", "linkage": "systems.linkage.queries.on_person",
    "intermediary": "systems.intermediary.queries.on_person", "assurance": "assurance.disclosure.on_person",
}  # fmt: skip


def holding(system: str) -> Holding:
    found = importlib.import_module(f"todoke.{HOLDINGS[system]}").HOLDING
    assert isinstance(found, Holding)
    return found


@pytest.mark.parametrize("system", HOLDINGS)
def test_no_model_with_a_person_is_forgotten(system: str) -> None:
    """A new model must be put into words in the system's `HOLDING`, or named there with why it is left out."""
    its = holding(system)
    named = {kept.model for kept in its.kept} | its.left_out.keys()
    models = {model.__name__: model for model in apps.get_app_config(system).get_models()}
    personal = {
        name
        for name, model in models.items()
        if any(kind is not FieldClass.OPEN for kind in classes_of(model).values())
    }
    assert personal - named == set()
    assert named - models.keys() == set()
    assert not {kept.model for kept in its.kept} & its.left_out.keys()
    assert all(its.left_out.values())


@pytest.mark.parametrize("system", HOLDINGS)
def test_every_field_that_is_told_has_a_name_and_its_rules_name_fields(system: str) -> None:
    """A new field must be called something in custody/field_words.py."""
    for kept in holding(system).kept:
        model = apps.get_model(system, kept.model)
        names = {field.name for field in told(model)}
        assert names - field_words.LABELS.keys() == set(), kept.model
        ruled = {*kept.third.split(), *kept.others.split(), *kept.unsaid.split(), *kept.guarded.split()}
        assert not kept.third or kept.payee
        known = {field.name for field in model._meta.concrete_fields}
        shared = {"bank_code", "branch_code", "account_type", "account_number", "account_holder_kana"}
        assert ruled - known - shared == set(), kept.model


@pytest.mark.parametrize("system", HOLDINGS)
def test_secrets_and_numbers_are_never_told(system: str) -> None:
    for kept in holding(system).kept:
        model = apps.get_model(system, kept.model)
        classes = classes_of(model)
        assert {classes[field.name] for field in told(model)} <= {
            FieldClass.OPEN, FieldClass.PERSONAL, FieldClass.SPECIFIC,
        }  # fmt: skip


def test_no_personal_field_counts_as_machinery() -> None:
    """What only programmes use is public everywhere, or stands in a sealed table."""
    for system in HOLDINGS:
        for kept in holding(system).kept:
            classes = classes_of(apps.get_model(system, kept.model))
            hidden = {name for name in MACHINERY & classes.keys() if classes[name].exportable}
            personal = {name for name in hidden if classes[name] is not FieldClass.OPEN}
            assert personal <= {"sha256", "integrated_number"}, kept.model
