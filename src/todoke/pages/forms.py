"""Form fields and how a form is drawn (入力欄): label, hint and error belong together and are read out together."""

from __future__ import annotations

from datetime import date

from django import forms
from django.forms.renderers import DjangoTemplates

from todoke.kernel.clock import wareki
from todoke.pages.wareki import EXAMPLE, UnreadableDate, read


class Renderer(DjangoTemplates):
    """Draws every field with our template: `{{ form }}` and `{{ form.name.as_field_group }}` need no markup around."""

    form_template_name = "pages/form.html"
    field_template_name = "pages/field.html"


class _Typed(forms.TextInput):
    def format_value(self, value: object) -> str | None:
        return wareki(value) if isinstance(value, date) else super().format_value(value)


class DateField(forms.Field):
    """日付: typed as a person would, in the Japanese or the western calendar; cleaned to a `date` or None."""

    widget = _Typed(attrs={"class": "short", "autocomplete": "off", "inputmode": "text"})

    def __init__(self, *, label: str, required: bool = True, help_text: str = EXAMPLE) -> None:
        super().__init__(label=label, required=required, help_text=help_text)

    def to_python(self, value: object) -> date | None:
        """The day; ValidationError says in Japanese what is wrong and how to type it."""
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        try:
            return read(str(value))
        except UnreadableDate as error:
            raise forms.ValidationError(str(error), code="invalid") from error

    def has_changed(self, initial: object, data: object) -> bool:
        """Whether another day is meant, however it is written."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True
