"""Tests of the codec; `things` draws what goes through it."""
