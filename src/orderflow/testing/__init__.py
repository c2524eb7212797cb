"""For those who test with orderflow: what always holds, and strategies that draw its values.

`orderflow.invariants` needs nothing but orderflow. `orderflow.testing.strategies` needs
Hypothesis, which comes with the extra `testing`; nothing is imported here, so that a test run
which draws nothing does not load it.
"""
