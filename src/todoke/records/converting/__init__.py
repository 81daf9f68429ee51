"""データ変換: files from one character set and format into another, with a report of what would be lost."""
