"""Reads of 集計: counts, and the lists behind them."""
