"""集計の画面: counts, charts and forecast; every number opens its list."""
