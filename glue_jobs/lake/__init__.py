"""How rows become durable: objects, partitions, manifests, the lock.

Knows no table and no domain.
"""
