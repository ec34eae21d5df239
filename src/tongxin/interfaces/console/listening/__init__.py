"""`tongxin listen`: what devices say over MQTT, taken in by batches, acknowledged when it is committed."""
