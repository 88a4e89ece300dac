"""Calls, packets, states and queues of all hosts in one causal order. Pure: evidence in, a Ladder out.

model.py     the values that are drawn
idle.py      where nothing happened: every picture folds the same times
"""
