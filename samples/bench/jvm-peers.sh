#!/usr/bin/env bash
# This project against other libraries for the JVM (JVector, Smile, Commons Math) in one JVM, one thread, CPU time. Fetches them by Maven.
# JAVA (default java) must be 25; codebook must be compiled (mvn -pl codebook compile). Takes about five minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
java=${JAVA:-java}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for artifact in io.github.jbellis:jvector:4.0.2 com.github.haifengl:smile-core:6.3.0 com.github.haifengl:smile-base:6.3.0 \
    org.apache.commons:commons-math3:3.6.1 org.slf4j:slf4j-api:2.0.17 org.slf4j:slf4j-nop:2.0.17 org.agrona:agrona:1.20.0; do
    mvn -q dependency:copy -Dartifact="$artifact" -DoutputDirectory="$work" -Dmdep.overWriteReleases=false
done
"$java" --add-modules jdk.incubator.vector -XX:+UseSerialGC -XX:-UsePerfData -Xmx6g -cp "codebook/target/classes:$work/*" samples/bench/JvmPeers.java
