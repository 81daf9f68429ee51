"""保管: what happens to rows as a whole — deletion when their time is over, and leaving the house — never by one person."""
