"""お知らせの期限: notices that nobody answered."""
