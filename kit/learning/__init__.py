"""What a learner works through: in which order, with how much help, and what is solved already."""
