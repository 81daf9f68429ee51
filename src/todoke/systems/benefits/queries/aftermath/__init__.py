"""Reads of 支給の後: refunds, appeals, calls and statistics."""
