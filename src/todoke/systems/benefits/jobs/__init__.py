"""Batch steps of 給付管理システム: thin over actions."""
