"""One module per source; none knows another, and the core knows none of them."""
