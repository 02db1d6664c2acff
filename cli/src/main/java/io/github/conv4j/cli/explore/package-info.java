/**
 * The page that {@code conv4j explore} shows, and the server that gives it to the browser of the
 * same machine.
 */
package io.github.conv4j.cli.explore;
