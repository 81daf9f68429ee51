"""An invented city, its neighbours and its accounts, built on real postal, bank and municipality codes."""
