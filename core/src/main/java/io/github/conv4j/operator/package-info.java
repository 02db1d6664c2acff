/**
 * What the layers of a network compute, one class an operation, and what is known of a network that
 * was watched while it ran. Not exported.
 */
package io.github.conv4j.operator;
