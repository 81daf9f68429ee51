"""Programmes, decisions, cases and payments (給付管理システム). Holds no 個人番号."""
