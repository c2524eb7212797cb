"""Tools for tests that use orderflow: Hypothesis strategies and contracts for adapters.

`orderflow.testing.strategies` and the contracts need Hypothesis, from the extra `testing`. This
package imports nothing, so a test run without them does not load Hypothesis. The invariants are in
`orderflow.invariants` and need no extra.
"""
