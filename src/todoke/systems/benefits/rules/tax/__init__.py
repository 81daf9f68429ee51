"""課税: tax statuses, incomes and the limits below which nothing is levied."""
