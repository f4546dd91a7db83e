"""Parts of the export page."""
