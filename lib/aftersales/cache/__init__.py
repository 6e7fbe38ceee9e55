"""What is cached so that nothing is done twice."""
