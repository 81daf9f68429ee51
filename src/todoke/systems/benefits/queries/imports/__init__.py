"""Reads of ファイルの取込: where each stands, and which stopped."""
