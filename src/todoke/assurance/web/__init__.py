"""Screens of the assessment: thin views."""
