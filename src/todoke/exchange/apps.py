"""Django application of the exchange tables."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Label `exchange`; migrated into the databases of linkage, network and every intermediary."""

    name = "todoke.exchange"
    label = "exchange"
    verbose_name = "電文交換"
