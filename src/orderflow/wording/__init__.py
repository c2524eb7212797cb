"""Sentences for people: explanations and notices, in English."""
