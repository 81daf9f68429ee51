"""Signed messages between realms: envelopes, outbox, inbox, transport."""
