"""Every word that people read, by topic, in one place ready to be translated.

Functions take plain values and give finished sentences; text from elsewhere is escaped here.
"""
