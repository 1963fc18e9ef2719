"""What is learnt instead of written: models, and what evaluates them with numpy alone."""
