"""The scheme for the wall: a decision tree as SVG and HTML."""
