"""Screens' shell and components (画面の外枠と部品): templates, styles, tables, dates in the Japanese calendar."""
