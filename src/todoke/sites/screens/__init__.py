"""The screens that every site has (画面): thin views over `access` and `oplog`, one module a screen."""
