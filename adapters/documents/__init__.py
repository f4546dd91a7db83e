"""Billing documents as files: the e-invoice that machines read and the PDF that people read."""
