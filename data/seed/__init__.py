"""The demo world: an invented retailer's customers, their sites and two years of simulated readings."""
