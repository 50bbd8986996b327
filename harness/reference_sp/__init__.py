"""The reference service provider: modelled on Amplitude, correct by default, breakable one weakness at a time."""
