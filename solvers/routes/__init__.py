"""Registers solvers, runs their two routes and compares them."""
