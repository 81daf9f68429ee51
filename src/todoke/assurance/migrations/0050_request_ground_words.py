"""The grounds of withholding name their article rightly (docs/law.md)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assurance", "0043_media_and_editions_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="withheld",
            name="ground",
            field=models.TextField(
                choices=[
                    ("person", "78条1項1号（本人の生命、健康、生活又は財産を害するおそれ）"),
                    ("others", "78条1項2号（開示請求者以外の個人に関する情報）"),
                    ("conduct", "78条1項7号（事務又は事業の適正な遂行に支障を及ぼすおそれ）"),
                    ("existence", "81条（あるかないかを答えるだけで不開示情報を開示することになる）"),
                    (
                        "exchange",
                        "78条1項各号（情報提供等記録で、番号法23条2項により不開示情報であると記録されたもの）",
                    ),
                ]
            ),
        ),
    ]
