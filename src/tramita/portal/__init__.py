"""The portal: pages for those who ask, and for their managers."""
