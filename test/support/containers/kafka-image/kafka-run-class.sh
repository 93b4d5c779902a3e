#!/bin/sh
# Runs a class of Kafka; takes the same variables as the published image's script of this name.
# shellcheck disable=SC2086 # the variables hold several options each
exec /opt/java/bin/java ${KAFKA_HEAP_OPTS--Xmx1G} ${KAFKA_JVM_PERFORMANCE_OPTS-} -Djava.awt.headless=true \
  -Dlog4j2.configurationFile=/opt/kafka/log4j2.properties -cp '/opt/kafka/libs/*' "$@"
