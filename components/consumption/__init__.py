"""Parts of the consumption pages: labels, sentences, heat map, band, lists."""
