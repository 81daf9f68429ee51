"""世帯ごとの画面: why a household gets the money or not, and where its case stands."""
