"""How the kept registers are brought to a sealed one: row by row where little changes, as whole tables where most does."""
