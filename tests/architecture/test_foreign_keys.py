"""No foreign key crosses from one system to another, also not by a string (facts/style.md §1.2)."""

from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField, OneToOneField

SHARED = {"access", "assurance", "batch", "custody", "exchange", "oplog"}


def test_no_foreign_key_crosses_a_wall() -> None:
    crossings = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | OneToOneField | ManyToManyField)
        and field.related_model._meta.app_label != model._meta.app_label
    ]
    assert not crossings


def test_every_model_belongs_to_a_system_or_a_shared_tool() -> None:
    systems = {"residents", "benefits", "inquiry", "linkage", "intermediary", "network"}
    assert {model._meta.app_label for model in apps.get_models()} == systems | SHARED
