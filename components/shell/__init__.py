"""The frame around every page: navigation, site, person, messages."""
