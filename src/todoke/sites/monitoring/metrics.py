"""計測値の窓口: what monitoring reads without a person's session, from a registered terminal's certificate only."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from todoke.access import directory, middleware, standing
from todoke.access.guard import open_screen
from todoke.exchange import key_states
from todoke.exchange import metrics as exchange
from todoke.exchange.metrics import Gauge
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.database.router import labels_of
from todoke.sites.instance import Instance
from todoke.sites.monitoring import alarms, lags, status
from todoke.sites.monitoring.alarms import Reading
from todoke.sites.realms import system_of


@open_screen("登録した端末の証明書を持つ監視装置に、件数と秒数だけを返す")
def metrics(request: HttpRequest) -> HttpResponse:
    """OpenMetrics text. TERMINAL_REFUSED without the certificate of a terminal that stands on the register today."""
    certificate = request.META.get(middleware.TERMINAL, "")
    if not certificate or standing.terminal(directory.alias(), certificate) is None:
        raise TodokeError(ErrorCode.TERMINAL_REFUSED)
    text = exchange.render(gauges())
    return HttpResponse(text, content_type=exchange.CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def gauges() -> list[Gauge]:
    """All measures, and at the end which alarms ring."""
    found = measured()
    return [*found, alarms.as_gauge(readings(found))]


def readings(found: list[Gauge]) -> list[Reading]:
    """Every alarm of this site over what was measured, with the limits that the site has set."""
    return alarms.read(found, alarms.limits(settings.TODOKE_KEYS_FOLDER.parent))


def measured() -> list[Gauge]:
    """Of every outbox and log of this site, its backups, and the city's linkage where it is served."""
    outboxes = [alias for alias in status.aliases() if "exchange" in labels_of(system_of(alias))]
    found = [*exchange.queues(outboxes), _days_left(), *lags.gauges(status.aliases())]
    if "linkage" in settings.DATABASES:
        from todoke.systems.linkage.queries import watching

        found += watching.gauges()
    held = [alias for alias in status.aliases() if system_of(alias) == "intermediary"]
    if held:
        from todoke.systems.intermediary.queries import holding

        found += holding.gauges(held)
    return found


def _days_left() -> Gauge:
    """Days until keys and certificates run out, the soonest of each name and use."""
    now = clock.now()
    values: dict[tuple[tuple[str, str], ...], float] = {}
    try:
        states = key_states.states(Instance.load().path)
    except TodokeError as error:
        if error.code is not ErrorCode.SETUP_MISSING:
            raise
        states = []  # a site without keys yet has none that run out; its other measures must not go with them
    for one in states:
        values.setdefault((("name", one.name), ("use", one.use)), one.days_left(now))
    return Gauge(name="todoke_key_days_left", help="Days until a key or certificate runs out", values=values)
