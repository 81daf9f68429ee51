"""No field without a class, no model without a retention; 個人番号 stands where it may and nowhere else."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import models

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import masking
from todoke.privacy.classes import ClassError, FieldClass, Privacy, classes_of, declaration
from todoke.privacy.retention import ForEver, Period, WithParent, for_ever, words
from todoke.systems.linkage.models import IndividualNumber, Person

MODELS = sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.label)
HOMES_OF_THE_NUMBER = {"linkage", "network"}
"""The city's linkage and the 住基ネット part of the national network (PIA I.2; DESIGN §3)."""
_NUMBER_NAMES = re.compile(r"individual_?number|my_?number|kojin_?bango|juki_?code")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
class TestEveryModel:
    def test_each_field_has_a_class(self, model: type[models.Model]) -> None:
        assert classes_of(model)

    def test_its_rows_have_a_retention_with_a_reason(self, model: type[models.Model]) -> None:
        keep = declaration(model).keep
        fields = {field.name: field for field in model._meta.concrete_fields}
        if isinstance(keep, Period):
            assert keep.years or keep.days
            assert re.search(r"法|条例|規則|要綱", keep.law)
            first, _, second = keep.since.partition(".")
            field = fields[first]
            if second:
                field = field.related_model._meta.get_field(second)  # type: ignore[union-attr]
            assert isinstance(field, models.DateField)  # of which a DateTimeField is one
            assert all(isinstance(fields[file], models.TextField) for file in keep.files)
            assert not keep.parent or isinstance(fields[keep.parent], models.ForeignKey)
        elif isinstance(keep, WithParent):
            assert isinstance(fields[keep.field], models.ForeignKey)
        else:
            assert isinstance(keep, ForEver)
            assert keep.because

    def test_the_chain_of_parents_ends(self, model: type[models.Model]) -> None:
        seen = {model}
        while isinstance(keep := declaration(model).keep, WithParent):
            model = model._meta.get_field(keep.field).related_model  # type: ignore[assignment]
            assert model not in seen
            seen.add(model)

    def test_only_linkage_and_the_network_hold_the_individual_number(self, model: type[models.Model]) -> None:
        classes = classes_of(model)
        if model._meta.app_label in HOMES_OF_THE_NUMBER:
            return
        assert FieldClass.NUMBER not in classes.values()
        assert not [field for field in classes if _NUMBER_NAMES.search(field)]
        assert not _NUMBER_NAMES.search(model._meta.db_table)

    def test_secrets_are_bytes_or_codes_of_machines(self, model: type[models.Model]) -> None:
        """What is sealed or hashed (bytes) is never open, unless it is a public signature or a hash."""
        for field in model._meta.concrete_fields:
            if isinstance(field, models.BinaryField) and classes_of(model)[field.name] is FieldClass.OPEN:
                assert field.name in {
                    "body",
                    "signature",
                    "digest",
                    "commitment",
                    "leaf",
                    "root",
                    "prev",
                    "certificate",
                }
                # public and signed, of no person
                signed = ("list_copy", "list_edition", "permit_extension", "revocation_copy")
                assert field.name != "body" or model._meta.db_table.endswith(signed)


def test_the_number_is_classified_where_it_stands() -> None:
    holders = {model._meta.label for model in MODELS if FieldClass.NUMBER in classes_of(model).values()}
    assert holders == {
        "linkage.IndividualNumber",
        "linkage.Registration",  # until the request ends
        "network.RegisteredAttributes",
        "network.RegisteredNumber",
    }


def test_an_unclassified_field_is_an_error() -> None:
    class Forgetful(models.Model):
        name = models.TextField()
        privacy = Privacy(open="id", keep=for_ever("試験"))

        class Meta:
            app_label = "forgetful"
            managed = False

    try:
        with pytest.raises(ClassError, match="name"):
            classes_of(Forgetful)
    finally:
        del apps.all_models["forgetful"]
        apps.clear_cache()
    with pytest.raises(ClassError, match="twice"):
        Privacy(open="a", personal="a", keep=for_ever("試験")).classes()


def test_masking_follows_the_class() -> None:
    assert masking.shown_field(Person, "name_kanji", "横浜太郎") == "横…(4字)"
    assert masking.shown_field(Person, "birth_date", "1970-01-01") == "1…(10字)"
    assert masking.shown_field(Person, "auto_reply_prohibited", True) == "＊"
    assert masking.shown_field(IndividualNumber, "ciphertext", b"x") == "（表示できません）"
    assert masking.shown_field(IndividualNumber, "municipality", "14100") == "14100"
    assert "1234" not in masking.shown("メモ 123456789018", FieldClass.OPEN)
    assert masking.shown(None, FieldClass.PERSONAL) == ""


def test_an_export_names_its_fields_and_leaves_secrets_out() -> None:
    assert masking.exportable(Person, ["address", "integrated_number"]) == {
        "address": FieldClass.PERSONAL,
        "integrated_number": FieldClass.SPECIFIC,
    }
    with pytest.raises(TodokeError) as refused:
        masking.exportable(IndividualNumber, ["municipality", "ciphertext"])
    assert refused.value.code is ErrorCode.EXPORT_FORBIDDEN
    with pytest.raises(TodokeError) as unknown:
        masking.exportable(Person, ["nickname"])
    assert unknown.value.code is ErrorCode.NOT_FOUND


def test_retention_in_words() -> None:
    assert words(Period(years=7, since="requested_at", law="番号法")) == "requested_at から 7年: 番号法"
