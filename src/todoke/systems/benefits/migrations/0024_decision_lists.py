"""Lists that a decision reads come in as files, too: their kinds."""

from typing import ClassVar

from django.db import migrations, models

_KEPT = [
    ("tax", "課税情報"),
    ("assistance", "付帯状況（生活保護など）"),
    ("special_persons", "配慮を要する人（避難者・施設入所児童・再登録）"),
    ("hardship_figures", "家計急変の申立て"),
    ("shortfall_figures", "調整給付の算定額"),
    ("earlier_rounds", "先行する給付の対象世帯"),
]
_REGISTERS = [("register_base", "住民記録（基準日）"), ("register_latest", "住民記録（最新）")]
_FORMS = [
    ("forms", "返送された確認書・申請書"),
    ("service_applications", "給付支援サービスの申請一覧"),
]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0023_routes")]
    operations: ClassVar = [
        *(
            migrations.AlterField(
                model_name=model,
                name="kind",
                field=models.TextField(choices=[*_REGISTERS, *_KEPT, *_FORMS]),
            )
            for model in ("fileimport", "importlimit")
        ),
        migrations.AlterField(model_name="source", name="kind", field=models.TextField(choices=_KEPT)),
    ]
