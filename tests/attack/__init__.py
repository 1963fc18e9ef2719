"""What a stranger may try: `make attack`, and its short form in the tests."""
