"""What is tested: the reference SP, or any service provider that a target file describes."""
