"""The law of the requests: offices, documents, deadlines, fees. No Django."""
