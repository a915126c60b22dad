"""A real CloudFormation in place of moto's: resources are made through this AWS's own API.

- ``api``: the requests, in moto's place, and ``answers``, ``errors``: what they are told;
  ``change_sets``: proposals, of the ``changes`` between two designs.
- ``template``, ``intrinsics``, ``references``, ``parameters``, ``lint``: reading a template;
  ``design``: what it asks for, checked in full before anything is made.
- ``engine``: a thread per operation, one at a time per stack; ``operations``: create, update,
  delete, with rollback; ``resource_work``: one resource and its events; ``outputs``: the end of it.
- ``resources``: how each type is made; ``registry`` there lists the types, ``base`` has their
  interface, ``custom`` the types that are Lambda functions.
- ``model``: stacks and change sets, plain data that is saved; ``installation``: how it all starts.
"""

from local_aws.cloudformation.installation import install, restore, snapshot

__all__ = ["install", "restore", "snapshot"]
