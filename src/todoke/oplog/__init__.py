"""操作の記録 (OperationLog): who did what, when, and why; append-only."""
