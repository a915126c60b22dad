"""A real CloudFormation in place of moto's: own engine, resources made through this AWS's API."""

from local_aws.cloudformation.installation import install, restore, snapshot

__all__ = ["install", "restore", "snapshot"]
