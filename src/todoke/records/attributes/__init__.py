"""4情報の比較形: forms of name, kana, sex, birth date and address in which two writings of one thing are equal.

Pure functions, one per attribute; what was registered is never changed. Each gives the form and says which rules
made it, for the screen; `columns` does the same to whole Arrow columns.
"""
