"""Coded character sets (符号化文字集合): which bytes stand for which Unicode text, and the ways between them."""
