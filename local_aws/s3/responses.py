"""What moto's answers leave out."""

import re

from moto.core.common_types import TYPE_RESPONSE

from local_aws.s3.conditions import ConditionalS3Response

_END = "</NotificationConfiguration>"


class LocalS3Response(ConditionalS3Response):
    """Tells of all that can be asked for here."""

    def get_bucket_notification(self) -> TYPE_RESPONSE:
        """Tell whom a bucket notifies, EventBridge too."""
        status, headers, body = super().get_bucket_notification()
        found = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if found is None or found.event_bridge is None:
            return status, headers, body
        text = body if isinstance(body, str) else body.decode()
        begun = re.sub(r"/>$", ">", text).removesuffix(_END)
        return status, headers, f"{begun}<EventBridgeConfiguration/>{_END}"
