"""One round of a benefit, told by those who work on it: each module is a chapter, each function one person's part.

`test_a_whole_round.py` tells them in order. Every page that a chapter opens first is checked there, and nowhere else.
"""
