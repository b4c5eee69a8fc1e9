"""Every word that people read, grouped by topic and ready to be translated.

Functions take plain values and return finished sentences. They escape text that comes from elsewhere.
"""
