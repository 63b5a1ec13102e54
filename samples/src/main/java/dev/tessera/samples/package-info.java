/** Small programs, one idea each; run one with {@code mvn -q package -DskipTests -pl samples -am -Pexample -Dexample=NAME}. */
package dev.tessera.samples;
