"""The product measured against a bare commit of the same bytes on the same disk in the same run.

Only ratios are printed: machines differ, and an absolute time says nothing about the code.
"""
