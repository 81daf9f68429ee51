"""評価書 (assurance): the privacy impact assessment as data — each promise, its control, its checks — and as a document."""
