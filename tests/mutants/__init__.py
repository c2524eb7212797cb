"""Mutation of the domain and the service with mutmut: `make mutants`.

mutmut changes one place of a function at a time and runs the tests that call this function. This
package does what mutmut does not: it draws a sample, knows the survivors that are accepted, with
the reason, and fails if too many others survive.
"""
