"""An exercise packed for somebody else's machine: what a user types after `kit export` is a file here.

Each gives bytes that are the same for the same exercise and kit, whenever and wherever they are made.
"""
