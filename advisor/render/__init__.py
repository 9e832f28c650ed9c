"""Decisions and evidence as something to look at: model in, text out; nothing is written here."""
