"""The door into 給付管理システム: nothing comes in by message; other departments hand over files.

The PIA ticks no connection for this system (I.2 システム1 ③); what it needs it fetches (needs.py).
"""
