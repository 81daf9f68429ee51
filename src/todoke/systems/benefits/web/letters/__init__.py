"""Letters (確認書 …): Typst templates and the code that typesets them. Knows no database."""
